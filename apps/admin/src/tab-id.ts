/** This tab's name for as long as the page lives. `crypto.randomUUID` is missing on plain http. */
export const tabId = [...crypto.getRandomValues(new Uint8Array(9))]
  .map((n) => n.toString(16).padStart(2, "0"))
  .join("");
