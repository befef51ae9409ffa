import type { ChangeFeed } from "@waystation/core/change-feed/change-feed";
import { toPgText } from "@waystation/core/text";
import type { OpenedDatabase } from "@waystation/db/client";
import type { WebhookConnection } from "./connection-cache.ts";

export type RejectionReason =
  | "signature_missing"
  | "signature_wrong"
  | "signature_key_unknown"
  | MisdirectedReason;

/** Genuine webhooks sent with the wrong method or to the wrong path. */
export type MisdirectedReason = "wrong_method" | "wrong_path";

/** Why a webhook was rejected. The explanation also shows the values of a shared key's signature header. */
export interface WebhookRejection {
  reason: RejectionReason;
  keyId?: string | null;
  otherAlgorithm?: string;
  /** Method and request target of a misdirected webhook. */
  target?: string;
}

const FLUSH_MS = 1_000;
/** The number of records stored per connection and flush. All rejections are counted. */
const RECORDS_A_FLUSH = 20;
const RECORDS_KEPT = 500;
const BODY_KEPT = 4_096;
const TARGET_KEPT = 512;

interface Pending {
  receiver: WebhookConnection;
  rejected: number;
  ignored: number;
  records: RejectionRecord[];
}

interface RejectionRecord extends WebhookRejection {
  body: string;
  at: Date;
}

/**
 * Records rejected and ignored webhooks for the admin at a bounded cost: counted in memory, written once a second, a limited
 * number each time. The oldest records are dropped.
 */
export function createRejectionLog(
  store: OpenedDatabase,
  feed: ChangeFeed,
  report: (error: unknown) => void,
) {
  let pending = new Map<number, Pending>();
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> = Promise.resolve();

  function pendingFor(receiver: WebhookConnection): Pending {
    const counts = pending.get(receiver.no) ?? { receiver, rejected: 0, ignored: 0, records: [] };
    pending.set(receiver.no, counts);
    timer ??= setTimeout(() => {
      flushing = flush().catch(report);
    }, FLUSH_MS);
    return counts;
  }

  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const batch = [...pending.values()];
    pending = new Map();
    for (const { receiver, rejected, ignored, records } of batch) {
      await store.query(COUNT, [receiver.no, rejected, ignored]);
      if (records.length > 0) {
        await store.query(INSERT, [
          receiver.no,
          records.map((record) => record.reason),
          records.map((record) => record.body),
          records.map((record) => record.at.toISOString()),
          records.map((record) => record.keyId ?? null),
          records.map((record) => record.otherAlgorithm ?? null),
          records.map((record) => record.target ?? null),
        ]);
        await store.query(PRUNE, [receiver.no, RECORDS_KEPT]);
      }
      feed.publish({ organizationId: receiver.organizationId, connectionId: receiver.connectionId });
    }
  }

  return {
    rejected(receiver: WebhookConnection, rejection: WebhookRejection, body: Buffer): void {
      const counts = pendingFor(receiver);
      counts.rejected += 1;
      if (counts.records.length < RECORDS_A_FLUSH)
        counts.records.push({
          ...rejection,
          ...(rejection.target !== undefined && { target: toPgText(rejection.target.slice(0, TARGET_KEPT)) }),
          body: toPgText(body.toString("utf8", 0, BODY_KEPT)),
          at: new Date(),
        });
    },
    ignored(receiver: WebhookConnection): void {
      pendingFor(receiver).ignored += 1;
    },
    /** Writes all pending counts and records now. */
    flush: async () => {
      await flushing;
      await flush();
    },
  };
}

export type RejectionLog = ReturnType<typeof createRejectionLog>;

const COUNT = `
  insert into connection_hours as h (connection_no, hour, rejected, ignored)
  values ($1::int, date_trunc('hour', now()), $2::int, $3::int)
  on conflict (connection_no, hour) do update set rejected = h.rejected + excluded.rejected,
    ignored = h.ignored + excluded.ignored, last_at = greatest(h.last_at, excluded.last_at)`;
const INSERT = `
  insert into webhook_rejections (connection_no, reason, body, received_at, key_id, other_algorithm, target)
  select $1::int, x.reason, x.body, x.at::timestamptz, x.key_id, x.other_algorithm, x.target
  from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    as x(reason, body, at, key_id, other_algorithm, target)`;
const PRUNE = `
  delete from webhook_rejections where connection_no = $1::int and id <
    (select id from webhook_rejections where connection_no = $1::int order by id desc offset $2::int - 1 limit 1)`;
