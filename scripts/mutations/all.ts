import { contentMutations } from "./content.ts";
import { peopleMutations } from "./people.ts";
import { webhookMutations } from "./webhooks.ts";

export const mutations = [...webhookMutations, ...peopleMutations, ...contentMutations];

/** Claims that no mutation in this list covers, with the reason. */
export const UNTESTED_CLAIMS: Record<string, string> = {
  D4: "by hand: with the console's pages read from the disk for each request, F26 fails",
  I2: "the page's second test puts the texts in as HTML and expects the first one's findings",
};
