import type { Context } from "@waystation/core/context";
import { members } from "@waystation/db/schema/identity";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { countUnread } from "../inbox/count-unread.ts";
import { listConversations } from "../inbox/list-conversations.ts";
import { markRead } from "../inbox/mark-read.ts";
import { resolveConversation } from "../inbox/resolve-conversation.ts";
import { addConversation } from "../inbox/testing-conversation.ts";
import { createTestInstallation } from "../testing.ts";
import { addNote } from "./add-note.ts";
import { deleteNote, editNote } from "./edit-note.ts";
import { addNoteInput } from "./inputs.ts";
import { listNotes } from "./list-notes.ts";

/** A conversation and three members who can write notes on it. */
async function openTeam(kind: (typeof testDatabases)[number]) {
  const desk = await createTestInstallation(kind);
  const ada = await desk.person("owner");
  const [bob, mia] = [
    await desk.person("member", ada.organizationId),
    await desk.person("member", ada.organizationId),
  ];
  const { conversationId } = await addConversation(ada);
  return {
    desk,
    ada,
    bob,
    mia,
    conversationId,
    notes: async (as: Context = ada) => (await listNotes(as, { conversationId })).items,
    mentionsOf: async (as: Context) => ({
      badge: (await countUnread(as)).mentions,
      listed: (await listConversations(as, { filter: "mentioned" })).items.map(({ id }) => id),
      marked: (await listConversations(as, { filter: "all" })).items.map(({ isMentioned }) => isMentioned),
    }),
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  };
}
const none = { badge: 0, listed: [], marked: [false] };

test.for(testDatabases)(
  "%s: a note is the team's, with its author's name even after they left",
  async (kind) => {
    await using team = await openTeam(kind);
    const { conversationId } = team;
    await addNote(team.bob, { conversationId, body: "Allergic to nuts \u0000" });
    await addNote(team.ada, { conversationId, body: "Ask for the manager" });
    await team.desk.store.db.delete(members).where(eq(members.userId, team.bob.actor.userId));
    expect(await team.notes(team.mia)).toMatchObject([
      { body: "Ask for the manager", author: team.ada.actor.name, isYours: false, editedAt: null },
      { body: expect.stringMatching(/^Allergic to nuts/), author: team.bob.actor.name, mentions: [] },
    ]);
    expect(await team.notes(team.ada)).toMatchObject([{ isYours: true }, { isYours: false }]);
  },
);

test.for(testDatabases)(
  "%s: a note that is sent again is the same note, in its organisation",
  async (kind) => {
    await using team = await openTeam(kind);
    const { conversationId, bob } = team;
    const note = { conversationId, clientKey: "key-of-a-note", body: "Frist", mentions: [bob.actor.userId] };
    const answers = await Promise.all([addNote(team.ada, note), addNote(team.ada, note)]);
    answers.push(await addNote(team.ada, { ...note, body: "First" }));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await team.notes()).toMatchObject([{ id: answers[0]?.id, body: "Frist" }]);
    expect(await team.mentionsOf(bob)).toMatchObject({ badge: 1 });

    await addNote(team.ada, { ...note, clientKey: "another-key" });
    const stranger = await team.desk.person();
    const theirs = await addConversation(stranger);
    const { id } = await addNote(stranger, { ...note, conversationId: theirs.conversationId });
    expect(id).not.toBe(answers[0]?.id);
    for (const body of ["1", "2"]) await addNote(team.ada, { conversationId, body });
    expect((await team.notes()).map(({ body }) => body)).toEqual(["2", "1", "Frist", "Frist"]);
  },
);

test.for(testDatabases)("%s: only its author changes or deletes a note", async (kind) => {
  await using team = await openTeam(kind);
  const { conversationId } = team;
  const { id: noteId } = await addNote(team.bob, { conversationId, body: "Frist" });
  for (const other of [team.ada, team.mia, await team.desk.person()]) {
    await expect(editNote(other, { conversationId, noteId, body: "x" })).rejects.toMatchObject({
      reason: "not_found",
    });
    await expect(deleteNote(other, { conversationId, noteId })).rejects.toMatchObject({
      reason: "not_found",
    });
  }
  const { conversationId: elsewhere } = await addConversation(team.bob, { name: "Carla" });
  await expect(deleteNote(team.bob, { conversationId: elsewhere, noteId })).rejects.toMatchObject({
    reason: "not_found",
  });
  await editNote(team.bob, { conversationId, noteId, body: "First" });
  expect(await team.notes()).toMatchObject([{ body: "First", editedAt: expect.any(String) }]);
  await deleteNote(team.bob, { conversationId, noteId });
  expect(await team.notes()).toEqual([]);
});

test.for(testDatabases)(
  "%s: a mention calls its person, resolved or not, until they have looked",
  async (kind) => {
    await using team = await openTeam(kind);
    const { conversationId, ada, bob, mia } = team;
    const stranger = await team.desk.person();
    const everybody = [ada, bob, stranger].map(({ actor }) => actor.userId);
    const { id: noteId } = await addNote(ada, { conversationId, body: "Can you?", mentions: everybody });
    await resolveConversation(ada, { conversationId });
    expect(await team.mentionsOf(bob)).toEqual({ badge: 1, listed: [conversationId], marked: [true] });
    for (const other of [ada, mia]) expect(await team.mentionsOf(other)).toEqual(none);
    expect(await team.mentionsOf(stranger)).toEqual({ badge: 0, listed: [], marked: [] });
    expect((await team.notes())[0]?.mentions).toHaveLength(2);

    await markRead(bob, { conversationId });
    expect(await team.mentionsOf(bob)).toEqual(none);
    const mentions = [bob.actor.userId, mia.actor.userId];
    await editNote(ada, { conversationId, noteId, body: "Can you both?", mentions });
    expect(await team.mentionsOf(bob), "told once").toEqual(none);
    expect(await team.mentionsOf(mia)).toMatchObject({ badge: 1 });
    await editNote(ada, { conversationId, noteId, body: "Never mind" });
    expect(await team.mentionsOf(mia)).toEqual(none);
  },
);

test.for(testDatabases)("%s: notes are paged, newest first", async (kind) => {
  await using team = await openTeam(kind);
  const { conversationId, ada } = team;
  for (const body of ["1", "2", "3"]) await addNote(ada, { conversationId, body });
  const first = await listNotes(ada, { conversationId, limit: 2 });
  expect(first.items.map(({ body }) => body)).toEqual(["3", "2"]);
  const second = await listNotes(ada, { conversationId, limit: 2, cursor: first.nextCursor ?? "" });
  expect(second).toMatchObject({ items: [{ body: "1" }], nextCursor: null });
});

test("a note has words, and not too many", () => {
  const conversationId = crypto.randomUUID();
  for (const body of ["", "  \n", "x".repeat(5_001)])
    expect(addNoteInput.safeParse({ conversationId, body }).success).toBe(false);
  expect(addNoteInput.safeParse({ conversationId, body: "x", more: 1 }).success).toBe(false);
});
