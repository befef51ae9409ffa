import type { Context } from "@waystation/core/context";
import { toPgText } from "@waystation/core/text";
import { organizations } from "@waystation/db/schema/identity";
import { connections } from "@waystation/db/schema/schema";
import { recordAudit } from "@waystation/identity/audit/record";
import { eq } from "drizzle-orm";
import { LANGUAGE_CODES, type UpdateOptOutSettingsInput } from "./inputs.ts";
import { LANGUAGES } from "./languages.ts";
import { DEFAULT_OPT_OUT_SETTINGS, defaultOptInWord, type OptOutSettings } from "./recognise.ts";

export async function readOptOutSettings(
  ctx: Pick<Context, "db" | "organizationId">,
): Promise<OptOutSettings> {
  const [organization] = await ctx.db
    .select({ optOut: organizations.optOut })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  const stored = organization?.optOut;
  if (!stored) return DEFAULT_OPT_OUT_SETTINGS;
  return { ...stored, languagesOff: LANGUAGE_CODES.filter((code) => stored.languagesOff.includes(code)) };
}

/** The organisation's settings, with the words of every language. */
export async function getOptOutSettings(ctx: Context) {
  const settings = await readOptOutSettings(ctx);
  return {
    languages: LANGUAGE_CODES.map((code) => ({
      code,
      name: LANGUAGES[code].name,
      isOn: !settings.languagesOff.includes(code),
      stopWords: [...LANGUAGES[code].stop],
      startWords: [...LANGUAGES[code].start],
    })),
    stopWords: settings.stopWords,
    startWords: settings.startWords,
    startWord: defaultOptInWord(settings),
  };
}

/** Also applies to stored messages: opt-outs are recognised when messages are read. */
export async function updateOptOutSettings(ctx: Context, input: UpdateOptOutSettingsInput) {
  const optOut = {
    languagesOff: LANGUAGE_CODES.filter((code) => !input.languages.includes(code)),
    stopWords: input.stopWords.map(toPgText),
    startWords: input.startWords.map(toPgText),
  };
  await ctx.db.transaction(async (tx) => {
    const [changed] = await tx
      .update(organizations)
      .set({ optOut })
      .where(eq(organizations.id, ctx.organizationId))
      .returning({ name: organizations.name });
    if (!changed) throw new Error("The organisation of this request is missing");
    await recordAudit(tx, ctx, "organization.opt_out_changed", changed.name, optOut);
  });
  // Any conversation may change. A change of a connection makes consoles refetch everything.
  const ofOrganization = await ctx.db
    .select({ id: connections.id })
    .from(connections)
    .where(eq(connections.organizationId, ctx.organizationId));
  for (const { id } of ofOrganization)
    ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: id });
  return getOptOutSettings(ctx);
}
