import { Client } from 'pg';

/**
 * `npm run dead-letters -- list | show <id> | delete <id>`: the dead letters that name no tenant, for the operator. Needs
 * DATABASE_MIGRATION_URL and takes on the role `goal_intake`, which sees these rows and nothing else.
 */
const main = async ([verb = 'list', id]: readonly string[]): Promise<void> => {
  const url = process.env.DATABASE_MIGRATION_URL;
  if (!url) throw new Error('DATABASE_MIGRATION_URL must say where PostgreSQL is, as the owner of the tables');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    await client.query('SET ROLE goal_intake');
    const rows = await run(client, verb, id);
    process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join('') || 'none\n');
  } finally {
    await client.end();
  }
};

const SHOWN = 'id, way, origin, reason, detail, received_at';
const MOST = 1000;

interface Row {
  readonly raw?: Buffer;
}

const run = async (client: Client, verb: string, id: string | undefined): Promise<unknown[]> => {
  const ask = async (sql: string, parameters: string[] = []) => (await client.query<Row>(sql, parameters)).rows;
  if (verb === 'list') return ask(`SELECT ${SHOWN} FROM dead_letters ORDER BY created_at DESC LIMIT ${String(MOST)}`);
  if (id === undefined) throw new Error('say which: list | show <id> | delete <id>');
  if (verb === 'show') {
    const rows = await ask(`SELECT ${SHOWN}, raw FROM dead_letters WHERE id = $1`, [id]);
    return rows.map((row) => ({ ...row, raw: row.raw?.toString('base64'), text: row.raw?.toString() }));
  }
  if (verb !== 'delete') throw new Error(`there is no ${verb}: list | show <id> | delete <id>`);
  return ask('DELETE FROM dead_letters WHERE id = $1 RETURNING id', [id]);
};

main(process.argv.slice(2)).catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
});
