export const CHANNELS = ["sms", "messenger", "rcs", "whatsapp", "other"] as const;
export type MessagingChannel = (typeof CHANNELS)[number];

/** The channel of a webhook that matches no connection, by the prefix of its address. SMS and MMS addresses have no prefix. */
export function channelOf(body: Buffer): MessagingChannel {
  const params = new URLSearchParams(body.toString("latin1"));
  const address = params.get("To") ?? params.get("From") ?? "";
  const prefix = /^([a-z]+):/i.exec(address)?.[1]?.toLowerCase();
  if (prefix === undefined) return /^\+?\d/.test(address) ? "sms" : "other";
  return CHANNELS.find((channel) => channel === prefix) ?? "other";
}

/**
 * Stores the channels of webhooks that match no connection. A separate statement, because hardly any batch needs it and the
 * main statement runs for every batch. Parameters, one element per webhook: connection, channel.
 */
export const RECORD_UNROUTED_CHANNELS = `
  update connection_hours h
  set unrouted_channels = array(select distinct unnest(h.unrouted_channels || u.channels) order by 1)
  from (
    select connection_no, array_agg(distinct channel) as channels
    from unnest($1::int[], $2::text[]) as x(connection_no, channel) group by 1 order by 1
  ) u
  where h.connection_no = u.connection_no and h.hour = date_trunc('hour', now())
    and not h.unrouted_channels @> u.channels`;
