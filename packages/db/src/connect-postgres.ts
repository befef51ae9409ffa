import { makePgArray } from "drizzle-orm/pg-core/utils/array";
import postgres from "postgres";
import { parse } from "postgres-array";

/** Arrays of what we ask for: the type's number, and how one element is read. */
const ARRAYS: [oid: number, read: (text: string) => unknown][] = [
  [1_005, Number],
  [1_007, Number],
  [1_009, String],
  [1_016, String],
  [2_951, String],
];
const types = Object.fromEntries(
  ARRAYS.map(([oid, read]) => [
    `array_${oid}`,
    {
      to: oid,
      from: [oid],
      serialize: (value: unknown) => (Array.isArray(value) ? makePgArray(value) : value),
      parse: (text: string) => parse(text, read),
    },
  ]),
);

/**
 * A client of postgres.js that does not ask for the database's array types first. It asks on every new connection, and
 * where the connection ends before the answer, the failure is nobody's to catch: it would end the process.
 */
export function connectPostgres(
  url: string,
  options: postgres.Options<Record<string, never>> = {},
): postgres.Sql {
  return postgres(url, { onnotice: () => {}, ...options, fetch_types: false, types: types as never });
}
