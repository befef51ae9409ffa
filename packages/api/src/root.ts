import { repliesRouter } from "./routers/canned-replies.ts";
import { contactsRouter } from "./routers/contacts.ts";
import { conversationsRouter } from "./routers/conversations.ts";
import { eventsRouter } from "./routers/events.ts";
import { apiKeysRouter } from "./routers/identity/api-keys.ts";
import { auditRouter } from "./routers/identity/audit.ts";
import { organizationsRouter } from "./routers/identity/organizations.ts";
import { passwordRouter } from "./routers/identity/password.ts";
import { profileRouter } from "./routers/identity/profile.ts";
import { secondFactorRouter } from "./routers/identity/second-factor.ts";
import { sessionRouter } from "./routers/identity/session.ts";
import { setupRouter } from "./routers/identity/setup.ts";
import { teamRouter } from "./routers/identity/team.ts";
import { messagesRouter } from "./routers/messages.ts";
import { notesRouter } from "./routers/notes.ts";
import { optOutRouter } from "./routers/opt-out.ts";
import { presenceRouter } from "./routers/presence.ts";
import { twilioWhatsAppRouter } from "./routers/twilio-whatsapp.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  apiKeys: apiKeysRouter,
  audit: auditRouter,
  contacts: contactsRouter,
  conversations: conversationsRouter,
  events: eventsRouter,
  messages: messagesRouter,
  notes: notesRouter,
  optOut: optOutRouter,
  organizations: organizationsRouter,
  password: passwordRouter,
  presence: presenceRouter,
  profile: profileRouter,
  replies: repliesRouter,
  secondFactor: secondFactorRouter,
  session: sessionRouter,
  setup: setupRouter,
  team: teamRouter,
  twilioWhatsApp: twilioWhatsAppRouter,
});

export type AppRouter = typeof appRouter;
