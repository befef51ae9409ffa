export interface Language {
  name: string;
  /** What opts out as a whole message. Ambiguous words, such as those for "no" or "enough", are left out. */
  stop: string[];
  /** What opts in again. The first one is shown to members as the word to write. */
  start: string[];
  /** What may stand before or after these without changing their meaning. */
  polite: string[];
}

/** Words that opt out or in whatever the language. */
export const STOP = ["stop", "unsubscribe"];
export const START = ["START", "unstop"];
