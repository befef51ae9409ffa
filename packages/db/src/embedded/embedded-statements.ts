import type { PGlite, QueryOptions, Results } from "@electric-sql/pglite";
import { countFrequentStatements } from "../postgres/prepare-frequent.ts";

interface Statement {
  name: string;
  /** Of its parameters. */
  types: number[];
}

/** Every session of a process has names of its own, should two share a client. */
let count = 0;

/**
 * Statements that the embedded database takes apart and plans once. Its own `query` does both each time, which for the
 * statements of the inbox and of storing webhooks takes several times as long as to run them.
 *
 * To be used while a transaction of this client is open, and by whoever opened it: it waits for nobody.
 */
export async function prepareEmbeddedStatements(client: PGlite) {
  const { protocol, parse } = await import("@electric-sql/pglite");
  const { serialize } = protocol;
  const statements = new Map<string, Statement>();

  const send = (messages: Uint8Array[]) =>
    client.execProtocolStream(Buffer.concat([...messages, serialize.sync()]), { syncToFs: false });

  async function prepare(text: string): Promise<Statement> {
    const name = `statement ${count++}`;
    const described = await send([serialize.parse({ name, text }), serialize.describe({ type: "S", name })]);
    const statement = { name, types: parse.parseDescribeStatementResults(described) };
    statements.set(text, statement);
    return statement;
  }

  return async <Row>(text: string, parameters: unknown[], options?: QueryOptions): Promise<Results<Row>> =>
    client.runExclusive(async () => {
      const { name, types } = statements.get(text) ?? (await prepare(text));
      const values = parameters.map((value, place) => {
        if (value === null || value === undefined) return null;
        const type = types[place] ?? 0;
        const write = options?.serializers?.[type] ?? client.serializers[type] ?? String;
        return write(value);
      });
      const answer = await send([
        serialize.bind({ statement: name, values }),
        serialize.describe({ type: "P" }),
        serialize.execute({}),
      ]);
      const [result] = parse.parseResults(answer, client.parsers, options);
      return result as Results<Row>;
    });
}

export type RunEmbeddedStatement = Awaited<ReturnType<typeof prepareEmbeddedStatements>>;

/** The same client, for drizzle, which so runs what comes again and again. */
export function runFrequentStatement(client: PGlite, run: RunEmbeddedStatement): PGlite {
  const isFrequent = countFrequentStatements();
  const query = (text: string, parameters: unknown[] = [], options?: QueryOptions) =>
    isFrequent(text)
      ? client.transaction(() => run(text, parameters, options))
      : client.query(text, parameters, options);
  return new Proxy(client, {
    get: (target, name) => {
      if (name === "query") return query;
      // Its methods reach for what is private to the client itself.
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
