import postgres from "postgres";

const ARRAYS = { int2: 1_005, int4: 1_007, text: 1_009, int8: 1_016, uuid: 2_951 };
const types = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, oid]) => [
    `${name}_array`,
    { to: oid, from: [oid], serialize: arrayLiteral, parse: (text: string) => text },
  ]),
);

function arrayLiteral(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  return `{${values.map((value) => (value === null ? "null" : `"${String(value).replace(/[\\"]/g, "\\$&")}"`)).join(",")}}`;
}

/**
 * A client that does not query the array types first. In these runs, the connection can end before that query's response, and
 * the failure would be an unhandled rejection that ends the process.
 */
export function connectPostgres(
  url: string,
  options: postgres.Options<Record<string, never>> = {},
): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => {}, ...options, fetch_types: false, types: types as never });
}
