import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

// Each screen runs about fifty axe analyses.
test.describe.configure({ timeout: 300_000 });

test("invite, join, change of role, removal", async ({ page, setup, visitor, context, server }) => {
  await setup();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  let link = "";

  await test.step("the owner invites, and copies the link", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Team" }).click();
    await page.getByRole("button", { name: "Invite" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite to the team" });
    const member = dialog.getByRole("radio", { name: "Member" });
    await expect(member).toHaveAccessibleDescription(/^Reads and answers conversations/);
    await expect(page.getByText("Reads and answers conversations", { exact: false })).toHaveCount(2);
    await dialog.getByLabel("Email").fill("not an address");
    await dialog.getByRole("button", { name: "Invite" }).click();
    await expect(dialog.getByLabel("Email")).toHaveAccessibleDescription(/address/);
    await dialog.getByLabel("Email").fill("ada@example.org");
    await dialog.getByRole("button", { name: "Invite" }).click();
    await expect(dialog.getByLabel("Email")).toHaveAccessibleDescription(
      "ada@example.org is in the team already.",
    );

    await dialog.getByLabel("Email").fill("Mia@Example.org");
    await dialog.getByRole("radio", { name: "Member" }).check();
    await dialog.getByRole("button", { name: "Invite" }).click();
    await expect(dialog.getByRole("status").first()).toContainText("is invited");
    await dialog.getByRole("button", { name: "Done" }).click();

    const row = page
      .getByRole("table", { name: "Open invitations" })
      .getByRole("row", { name: "mia@example.org" });
    await expect(row).toContainText("invited by Ada Owner");
    await row.getByRole("button", { name: "Copy link" }).click();
    await expect(row.getByRole("status")).toHaveText("Copied");
    link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(link).toMatch(new RegExp(`^${server.url}/join/`));
  });

  const mia = await visitor();
  await test.step("the invited joins with a new account, in a browser of her own", async () => {
    await mia.goto(link);
    await expect(mia.getByRole("heading", { name: "Join Harbour Bakery" })).toBeVisible();
    await expect(
      mia.getByText("You are invited as a member, with the address mia@example.org."),
    ).toBeVisible();
    await mia.getByRole("button", { name: "Join Harbour Bakery" }).click();
    await expect(mia.getByLabel("Your name")).toHaveAccessibleDescription(/Enter your name/);
    await mia.getByLabel("Your name").fill("Mia Member");
    await mia.getByLabel("Password", { exact: true }).fill("a quiet harbour at dawn");
    await mia.getByRole("button", { name: "Join Harbour Bakery" }).click();
    await expect(mia.getByRole("heading", { name: "Overview" })).toBeVisible();
    await expect(mia.getByRole("button", { name: "Your account: Mia Member" })).toBeVisible();
  });

  await test.step("a used link is refused", async () => {
    const stranger = await visitor();
    await stranger.goto(link);
    await expect(stranger.getByRole("heading", { name: "This invitation cannot be used" })).toBeVisible();
    await expect(stranger.getByRole("alert")).toContainText("it was used, taken back or has run out");
    await stranger.goto(`${server.url}/join/forged`);
    await expect(stranger.getByRole("alert")).toContainText("This invitation does not work");
  });

  const row = page.getByRole("table", { name: "Members" }).getByRole("row", { name: "Mia Member" });
  await test.step("she is in the team, and her role can be changed", async () => {
    await page.reload();
    await expect(row).toContainText("mia@example.org");
    await expect(page.getByRole("table", { name: "Open invitations" })).toHaveCount(0);
    await row.getByLabel("Role of Mia Member").selectOption("Admin");
    await expect(page.getByText("Mia Member is now admin.")).toBeVisible();
    await mia.getByRole("link", { name: "Team" }).click();
    await mia.getByRole("button", { name: "Invite" }).click();
    await expect(mia.getByRole("radio", { name: "Owner" }), "an admin makes no owners").toHaveCount(0);
    await mia.keyboard.press("Escape");
    await expect(mia.getByRole("button", { name: "Remove Ada Owner" })).toHaveAccessibleDescription(
      "Only an owner can change an owner.",
    );
  });

  await test.step("the last owner is protected, with the reason", async () => {
    const reason = "An organisation needs an owner. Make somebody else an owner first.";
    await expect(page.getByRole("button", { name: "Leave the organisation" })).toBeDisabled();
    await expect(page.getByRole("button", { name: "Leave the organisation" })).toHaveAccessibleDescription(
      reason,
    );
    await expect(page.getByLabel("Role of Ada Owner")).toHaveCount(0);
    const { data } = await queryApi<{ members: { id: string; isYou: boolean }[] }>(page, "team.list");
    const me = data.members.find(({ isYou }) => isYou)?.id;
    for (const answer of [
      await mutateApi(page, "team.remove", { memberId: me }),
      await mutateApi(page, "team.changeRole", { memberId: me, role: "member" }),
    ])
      expect(answer).toMatchObject({ status: 409, reason: "last_owner" });
  });

  await test.step("who is removed is out at once", async () => {
    await row.getByRole("button", { name: "Remove Mia Member" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove Mia Member?" });
    await expect(dialog).toContainText("loses access to Harbour Bakery at once");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toHaveCount(0);
    await row.getByRole("button", { name: "Remove Mia Member" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await expect(row).toHaveCount(0);

    await expect(mia.getByRole("heading", { name: "Sign in" }), "without a click of hers").toBeVisible();
    await mia.goto("/team");
    await expect(mia).toHaveURL(/\/sign-in\?next=/);
  });

  await test.step("an invitation that is taken back works no more", async () => {
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByRole("dialog").getByLabel("Email").fill("zoe@example.org");
    await page.getByRole("dialog").getByRole("radio", { name: "Admin" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
    await page.getByRole("button", { name: "Copy invitation link" }).click();
    const second = await page.evaluate<string>("navigator.clipboard.readText()");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Take back the invitation of zoe@example.org" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
    await expect(page.getByRole("table", { name: "Open invitations" })).toHaveCount(0);
    const zoe = await visitor();
    await zoe.goto(second);
    await expect(zoe.getByRole("alert")).toContainText("This invitation does not work");
  });
});

test("removing a member offers to revoke the API keys that they made", async ({ page, setup, joined }) => {
  await setup();
  const { page: mia } = await joined("admin");
  const make = async (name: string) =>
    (await mutateApi<{ key: string }>(mia, "apiKeys.make", { name, role: "member", days: null })).data.key;
  const [shop, reports] = [await make("Shop"), await make("Reports")];
  const works = async (key: string) =>
    (await page.request.get("/api/team", { headers: { authorization: `Bearer ${key}` } })).status();

  await page.goto("/team");
  const remove = page.getByRole("button", { name: "Remove Mia Member" });
  const dialog = page.getByRole("dialog", { name: "Remove Mia Member?" });
  const box = (name: string) => dialog.getByRole("checkbox", { name });
  await test.step("her keys are listed, chosen anew each time", async () => {
    await remove.click();
    await expect(dialog.getByText("Revoke API keys that Mia Member created")).toBeVisible();
    await expect(box("Shop")).toBeChecked();
    await box("Shop").uncheck();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toHaveCount(0);
    await remove.click();
    await expect(box("Shop")).toBeChecked();
    await expect(box("Reports")).toBeChecked();
  });

  await test.step("what stays chosen is revoked, the other goes on working", async () => {
    await box("Reports").uncheck();
    await inspectScreen(page, "removing a member with API keys");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText("Mia Member", { exact: true })).toHaveCount(0);
    expect([await works(shop), await works(reports)]).toEqual([401, 200]);
  });
});

test("an account that another organisation made keeps nobody out", async ({
  page,
  setup,
  joined,
  visitor,
  signIn,
}) => {
  await setup();
  const { id } = (await mutateApi<{ id: string }>(page, "organizations.create", { name: "Harbour Marina" }))
    .data;
  const home = (await queryApi<{ organization: { id: string } }>(page, "session.me")).data.organization.id;
  await mutateApi(page, "organizations.activate", { organizationId: id });
  const { page: mo } = await joined("owner", { name: "Mo Marina", email: "mo@example.org" });
  await mutateApi(page, "organizations.activate", { organizationId: home });
  const email = "mia@example.org";
  const linkOf = async (inviter: typeof page) =>
    (await mutateApi<{ link: string }>(inviter, "team.invite", { email, role: "member" })).data.link;
  const heading = (of: typeof page) => of.getByRole("heading", { name: "Overview" });

  const impostor = await visitor();
  await test.step("Mo opens the link that he made for Mia", async () => {
    await impostor.goto(await linkOf(mo));
    await impostor.getByLabel("Your name").fill("Not Mia");
    await impostor.getByLabel("Password", { exact: true }).fill("seven gulls over the pier");
    await impostor.getByRole("button", { name: "Join Harbour Marina" }).click();
    await expect(heading(impostor)).toBeVisible();
  });

  const mia = await visitor();
  await test.step("Mia joins the bakery all the same, and is nowhere else", async () => {
    await mia.goto(await linkOf(page));
    await inspectScreen(mia, "invitation, with a new account");
    await mia.getByLabel("Your name").fill("Mia Member");
    await mia.getByLabel("Password", { exact: true }).fill("a quiet harbour at dawn");
    await mia.getByRole("button", { name: "Join Harbour Bakery" }).click();
    await expect(heading(mia)).toBeVisible();
    const { data } = await queryApi<{ organizations: { name: string }[] }>(mia, "session.me");
    expect(data.organizations.map(({ name }) => name)).toEqual(["Harbour Bakery"]);
  });

  await test.step("an account that somebody has is joined by signing in", async () => {
    await mutateApi(page, "organizations.activate", { organizationId: id });
    const link = (
      await mutateApi<{ link: string }>(page, "team.invite", { email: "zoe@example.org", role: "member" })
    ).data.link;
    await mutateApi(page, "organizations.activate", { organizationId: home });
    const { person } = await joined("member", { name: "Zoe", email: "zoe@example.org" });
    const zoe = await visitor();
    await zoe.goto(link);
    await zoe.getByRole("button", { name: "Sign in to join" }).click();
    await inspectScreen(zoe, "invitation, with an account");
    await zoe.getByLabel("Password", { exact: true }).fill(person.password);
    await zoe.getByRole("button", { name: "Sign in and join" }).click();
    await expect(heading(zoe)).toBeVisible();
    const { data } = await queryApi<{ organizations: { name: string }[] }>(zoe, "session.me");
    expect(data.organizations.map(({ name }) => name)).toEqual(["Harbour Bakery", "Harbour Marina"]);
  });

  await test.step("each password opens its own account", async () => {
    const again = await visitor();
    await signIn({ name: "Not Mia", email, password: "seven gulls over the pier" }, again);
    const { data } = await queryApi<{ organizations: { name: string }[] }>(again, "session.me");
    expect(data.organizations.map(({ name }) => name)).toEqual(["Harbour Marina"]);
  });
});
