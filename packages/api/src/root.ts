import { apiKeysRouter } from "./routers/api-keys.ts";
import { auditRouter } from "./routers/audit.ts";
import { repliesRouter } from "./routers/canned-replies.ts";
import { contactsRouter } from "./routers/contacts.ts";
import { conversationsRouter } from "./routers/conversations.ts";
import { eventsRouter } from "./routers/events.ts";
import { messagesRouter } from "./routers/messages.ts";
import { notesRouter } from "./routers/notes.ts";
import { optOutRouter } from "./routers/opt-out.ts";
import { organizationsRouter } from "./routers/organizations.ts";
import { passwordRouter } from "./routers/password.ts";
import { presenceRouter } from "./routers/presence.ts";
import { profileRouter } from "./routers/profile.ts";
import { secondFactorRouter } from "./routers/second-factor.ts";
import { sessionRouter } from "./routers/session.ts";
import { setupRouter } from "./routers/setup.ts";
import { teamRouter } from "./routers/team.ts";
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
