export const CHANNELS = ["sms", "messenger", "rcs", "whatsapp", "other"] as const;
export type MessagingChannel = (typeof CHANNELS)[number];

/** The channel of a webhook that is for no connection, by the prefix of its addresses: SMS and MMS have none. */
export function channelOf(body: Buffer): MessagingChannel {
  const params = new URLSearchParams(body.toString("latin1"));
  const address = params.get("To") ?? params.get("From") ?? "";
  const prefix = /^([a-z]+):/i.exec(address)?.[1]?.toLowerCase();
  if (prefix === undefined) return /^\+?\d/.test(address) ? "sms" : "other";
  return CHANNELS.find((channel) => channel === prefix) ?? "other";
}

/**
 * The channels of webhooks that are for no connection. A statement of its own: hardly any batch has one, and the one that stores
 * webhooks is part of all. Parameters, an element a webhook: connection, channel.
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
