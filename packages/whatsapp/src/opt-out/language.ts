export interface Language {
  name: string;
  /** Phrases that opt out as a whole message. Ambiguous words, such as those for "no" or "enough", are left out. */
  stop: string[];
  /** Phrases that opt in again. The first is shown to members as the word to write. */
  start: string[];
  /** Polite words that may stand before or after a phrase without changing its meaning. */
  polite: string[];
}

/** Words that opt out or in whatever the language. */
export const STOP = ["stop", "unsubscribe"];
export const START = ["START", "unstop"];
