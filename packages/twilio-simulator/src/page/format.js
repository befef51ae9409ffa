/** One digit, else three where no country has the first two for itself. */
const countryCode = "7|(?:2[1-69]|3[578]|42|5[09]|6[789]|8[0578]|9[679])\\d|\\d{2}";

/** +49 1515 000 1234: grouped enough to be read. */
export function showNumber(address) {
  const bare = address.replace(/^whatsapp:/, "");
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(bare);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  const other = new RegExp(`^\\+(${countryCode})(\\d{3})(\\d+)$`).exec(bare);
  return other ? `+${other[1]} ${other[2]} ${other[3].replace(/(\d{3})(?=\d{2})/g, "$1 ")}` : bare;
}

export function initials(name) {
  const words = name.replace(/^\+/, "").split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0]?.toLocaleUpperCase() ?? "").join("") || "?";
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const showTime = (at) => time.format(at);
export const showExactTime = (at) => exact.format(at);
export const showDay = (at) => day.format(at);

export function showDuration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const kinds = {
  image: ["image", "Photo"],
  audio: ["mic", "Voice note"],
  video: ["video", "Video"],
  document: ["file", "Document"],
  sticker: ["sticker", "Sticker"],
  location: ["pin", "Location"],
  contacts: ["user", "Contact card"],
  button: ["square", "Button"],
  list: ["list", "List choice"],
  reply: ["reply", "Reply"],
  referral: ["megaphone", "From an advertisement"],
  flow: ["flow", "Form"],
  template: ["template", "Template"],
  media: ["file", "Media"],
  unknown: ["unknown", "Unsupported message"],
};

export const kindIcon = (kind) => kinds[kind]?.[0] ?? "chat";
export const kindWord = (kind) => kinds[kind]?.[1] ?? "Message";

export const preview = (message) => message.body || kindWord(message.kind);
