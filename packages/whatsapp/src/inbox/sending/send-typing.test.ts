import { testDatabases } from "@waystation/db/testing/databases";
import { expect, test } from "vitest";
import { showTyping } from "../../connections/show-typing.ts";
import { createTestInbox } from "../testing.ts";
import { sendTypingIndicator } from "./send-typing.ts";

const PHONE = "whatsapp:+4915112345678";

test.for(testDatabases)(
  "%s: the customer is shown that somebody types, where it is switched on",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    const { desk, ctx, connectionId } = inbox;
    const shown: unknown[] = [];
    desk.simulator.subscribe(({ type, data }) => {
      if (type === "typing") shown.push(data);
    });
    await inbox.hear(PHONE, "Hello");
    const input = { conversationId: (await inbox.conversation(PHONE)).id };
    expect(await sendTypingIndicator(ctx, input), "off by itself").toEqual({ isTold: false });
    await showTyping(ctx, { connectionId, showsTyping: true });
    expect(await sendTypingIndicator(ctx, input)).toEqual({ isTold: true });
    expect(shown).toMatchObject([{ customer: PHONE, business: inbox.ours }]);
    expect(await sendTypingIndicator(ctx, input), "not twice in twenty seconds").toEqual({ isTold: false });

    await inbox.hear("whatsapp:+4915112345679", "Hello");
    const other = { conversationId: (await inbox.conversation("whatsapp:+4915112345679")).id };
    const nobody = { ...ctx, simulatorUrl: "http://127.0.0.1:9" };
    expect(await sendTypingIndicator(nobody, other), "that it fails is nobody's trouble").toEqual({
      isTold: false,
    });
    expect(shown).toHaveLength(1);
  },
);
