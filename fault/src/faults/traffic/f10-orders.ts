import { sleep } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import { STATUS_ORDER, statusCallback, type WebhookStatus } from "../../fixtures.ts";

const LATE_MS = 3_000;

export const statusesInEveryOrder: Fault = {
  id: "F10",
  title: "statuses in every order, to two servers, one of each message late",
  isInSlice: true,
  async run(lab) {
    const statuses: WebhookStatus[] = lab.isWhole
      ? ["queued", "sent", "delivered", "read", "undelivered"]
      : ["sent", "delivered", "read", "undelivered"];
    await using desk = await lab.open({ servers: 2 });
    const orders = permutations(statuses);
    const [account] = desk.accounts;
    // Each order runs twice: one status after another, and all at once. Some messages already have their SID, others do not.
    const walk = async (order: WebhookStatus[], message: number, isPatient: boolean) => {
      const [late, ...soon] = order.toReversed() as [WebhookStatus, ...WebhookStatus[]];
      for (const status of soon.toReversed()) {
        const delivery = desk.load.deliver(statusCallback(account, message, status));
        if (isPatient) await delivery;
      }
      await sleep(LATE_MS);
      await desk.load.deliver(statusCallback(account, message, late));
    };
    await Promise.all(
      orders.flatMap((order, index) => [
        walk(order, 4 * index, true),
        walk(order, 4 * index + 1, true),
        walk(order, 4 * index + 2, false),
        walk(order, 4 * index + 3, false),
      ]),
    );
    const { acknowledged, events, problems } = await desk.check();
    const furthest = Math.max(...statuses.map((status) => STATUS_ORDER[status]));
    const [row] = await desk.ask(
      "select count(*)::int as messages from messages where not is_incoming and status = $1::int2 and error_code = 63016",
      [furthest],
    );
    const wanted = 4 * orders.length;
    if (row?.messages !== wanted)
      problems.push(`E4: ${row?.messages} messages at their furthest status instead of ${wanted}`);
    return {
      counts: { orders: orders.length, messages: wanted, acknowledged, stored: events },
      problems: [...problems, ...desk.unexpected()],
    };
  },
};

function permutations(statuses: WebhookStatus[]): WebhookStatus[][] {
  if (statuses.length < 2) return [statuses];
  return statuses.flatMap((first) =>
    permutations(statuses.filter((status) => status !== first)).map((rest) => [first, ...rest]),
  );
}
