import { apiKeys } from "./api-keys.ts";
import { audit } from "./audit.ts";
import { contacts } from "./contacts.ts";
import { conversations } from "./conversations.ts";
import { events } from "./events.ts";
import { messages } from "./messages.ts";
import { notes } from "./notes.ts";
import { optOut } from "./opt-out.ts";
import { organizations } from "./organizations.ts";
import { password } from "./password.ts";
import { presence } from "./presence.ts";
import { profile } from "./profile.ts";
import { replies } from "./replies.ts";
import { secondFactor } from "./second-factor.ts";
import { session } from "./session.ts";
import { setup } from "./setup.ts";
import { team } from "./team.ts";
import { router } from "./trpc.ts";
import { twilioWhatsApp } from "./twilio-whatsapp.ts";

export const appRouter = router({
  apiKeys,
  audit,
  contacts,
  conversations,
  events,
  messages,
  notes,
  optOut,
  organizations,
  password,
  presence,
  profile,
  replies,
  secondFactor,
  session,
  setup,
  team,
  twilioWhatsApp,
});

export type AppRouter = typeof appRouter;
