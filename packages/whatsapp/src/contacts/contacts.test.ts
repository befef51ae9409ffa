import { testDatabases } from "@waystation/db/testing/databases";
import { expect, test } from "vitest";
import { addConversation } from "../inbox/testing-conversation.ts";
import { createTestInstallation } from "../testing.ts";
import { getContact } from "./get-contact.ts";
import { saveContactNote } from "./save-contact-note.ts";

test.for(testDatabases)(
  "%s: the team keeps one text about a contact, and nobody overwrites what they have not seen",
  async (kind) => {
    await using desk = await createTestInstallation(kind);
    const ada = await desk.person();
    const bob = await desk.person("member", ada.organizationId);
    const { conversationId } = await addConversation(ada);
    expect(await getContact(ada, { conversationId })).toEqual({ note: null, others: [] });
    await saveContactNote(ada, { conversationId, body: " Pays late \u0000", since: null });
    const { note } = await getContact(bob, { conversationId });
    expect(note).toMatchObject({ body: expect.stringMatching(/^Pays late/), editedBy: ada.actor.name });
    const since = note?.editedAt ?? "";
    await saveContactNote(bob, { conversationId, body: "Pays in time", since });
    const late = saveContactNote(ada, { conversationId, body: "Pays never", since });
    await expect(late).rejects.toMatchObject({ reason: "changed_meanwhile" });
    const second = saveContactNote(ada, { conversationId, body: "First?", since: null });
    await expect(second).rejects.toMatchObject({ reason: "changed_meanwhile" });
    const now = (await getContact(ada, { conversationId })).note;
    expect(now).toMatchObject({ body: "Pays in time", editedBy: bob.actor.name });
    await saveContactNote(ada, { conversationId, body: "  ", since: now?.editedAt ?? "" });
    expect((await getContact(bob, { conversationId })).note).toBeNull();
  },
);

test.for(testDatabases)(
  "%s: what else was talked about with a contact, by whatever sender, and nobody else's",
  async (kind) => {
    await using desk = await createTestInstallation(kind);
    const ctx = await desk.person();
    const first = await addConversation(ctx);
    const second = await addConversation(ctx, { contactId: first.contactId });
    await addConversation(ctx, { name: "Carla" });
    expect((await getContact(ctx, first)).others).toMatchObject([
      { id: second.conversationId, isOpen: true, isConnected: true, preview: "Hello" },
    ]);
    await saveContactNote(ctx, { ...only(first), body: "Known", since: null });
    expect((await getContact(ctx, second)).note?.body, "the text is the contact's").toBe("Known");
    const stranger = await desk.person();
    const refusal = { reason: "not_found" };
    await expect(getContact(stranger, first)).rejects.toMatchObject(refusal);
    const note = { ...only(first), body: "x", since: null };
    await expect(saveContactNote(stranger, note)).rejects.toMatchObject(refusal);
  },
);

const only = ({ conversationId }: { conversationId: string }) => ({ conversationId });
