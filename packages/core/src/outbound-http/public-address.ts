import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Every network that is not the open internet (IANA's special-purpose registries). */
const closed = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  closed.addSubnet(network, bits, "ipv4");
/** Of IPv6 only what is handed out for the internet is open, less what carries IPv4 addresses or is for documents. */
const open6 = new BlockList();
open6.addSubnet("2000::", 3, "ipv6");
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  closed.addSubnet(network, bits, "ipv6");

export class PrivateAddressError extends Error {
  override name = "ClosedAddressError";
}

export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !closed.check(address, "ipv4");
  return version === 6 && open6.check(address, "ipv6") && !closed.check(address, "ipv6");
}

/** A host written as an address never reaches a lookup. */
export function requirePublicHost(hostname: string): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isPublicAddress(host))
    throw new PrivateAddressError(`${host} is not on the internet`);
}

type Resolve = (
  host: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * For a socket: what it connects to is what was judged here, so a name that answers differently the second time gains nothing.
 * One closed address among several refuses all of them.
 */
export function publicLookup(resolve: Resolve = lookup as Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const first = found?.[0];
      if (error || !first) return done(error ?? new Error(`${host} has no address`), "", 0);
      const wrong = found.find(({ address }) => !isPublicAddress(address));
      if (wrong)
        return done(new PrivateAddressError(`${host} is at ${wrong.address}, not on the internet`), "", 0);
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}
