import { call } from "./api.js";
import { change, nameOf, store } from "./store.js";

/** The customer sends something; what is wrong stands above the composer. */
export async function sendMessage(input) {
  const reply = store.replyTo;
  store.replyTo = null;
  store.problem = "";
  change("phone");
  try {
    await call("/incoming", {
      accountSid: store.accountSid,
      to: store.sender,
      from: store.customer,
      profileName: nameOf(store.customer) || undefined,
      ...(reply ? { repliedMessageSid: reply.sid } : {}),
      ...input,
    });
  } catch (error) {
    store.problem = error.message;
    change("phone");
  }
}
