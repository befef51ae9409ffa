import { testDatabases } from "@waystation/db/testing/databases";
import { describe, expect, test } from "vitest";
import { rejectedResponse, startTestServer, type TestVisitor } from "../testing/test-server.ts";

const make = (visitor: TestVisitor, name: string) =>
  visitor.api.apiKeys.make.mutate({ name, role: "member", days: null });

describe.each(testDatabases)("API keys of somebody who goes on %s", (kind) => {
  test("those that are named end with the membership, and only their own can be named", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const ada = await desk.addMember(olga, "ada@example.com", "admin");
    const ends = await make(ada, "Ends");
    const stays = await make(ada, "Stays");
    const others = await make(olga, "Olga's");
    const { members } = await olga.api.team.list.query();
    const found = members.find(({ email }) => email === "ada@example.com");
    const [memberId, userId] = [found?.id ?? "", found?.userId];
    const works = async ({ key }: { key: string }) =>
      (await fetch(`${desk.url}/api/team`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect((await olga.api.apiKeys.list.query()).filter(({ madeById }) => madeById === userId)).toHaveLength(
      2,
    );

    for (const foreign of [others.id, "00000000-0000-7000-8000-000000000000"])
      await expect(
        olga.api.team.remove.mutate({ memberId, revokeApiKeyIds: [ends.id, foreign] }),
      ).rejects.toMatchObject(rejectedResponse("not_found"));
    expect(await works(ends), "nothing of it happened").toBe(200);
    expect(await ada.api.session.me.query()).not.toBeNull();

    await olga.api.team.remove.mutate({ memberId, revokeApiKeyIds: [ends.id, ends.id] });
    expect([await works(ends), await works(stays), await works(others)]).toEqual([401, 200, 200]);
    const log = await olga.api.audit.list.query({ limit: 2 });
    expect(log.items.map(({ action, subject, actor }) => [action, subject, actor?.email])).toEqual([
      ["member.removed", "ada@example.com", "owner@example.com"],
      ["key.revoked", "Ends", "owner@example.com"],
    ]);
  });

  test("whoever leaves can end theirs; without a list nothing is revoked", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { id: organizationId = "" } = (await olga.api.session.me.query())?.organization ?? {};
    const [ada, ben] = [
      await desk.addMember(olga, "ada@example.com", "admin"),
      await desk.addMember(olga, "ben@example.com", "admin"),
    ];
    const [ended, kept] = [await make(ada, "Ended"), await make(ben, "Kept")];
    await ada.api.team.leave.mutate({ organizationId, revokeApiKeyIds: [ended.id] });
    await ben.api.team.leave.mutate({ organizationId });
    const states = (await olga.api.apiKeys.list.query()).map(({ name, state }) => `${name} ${state}`);
    expect(states.toSorted()).toEqual(["Ended revoked", "Kept working"]);
    expect(kept.id).not.toBe(ended.id);
  });
});
