import type { Client } from 'pg';

const READ = `
  SELECT c.relname AS name, (pg_stat_get_xact_tuples_returned(c.oid) + coalesce(sum(pg_stat_get_xact_tuples_returned(x.indexrelid)), 0))::int AS rows
  FROM pg_class c LEFT JOIN pg_index x ON x.indrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.oid`;

/**
 * How many rows of each table the present transaction has read, by itself and through its indexes; what functions and the checks of
 * foreign keys read counts too.
 */
export const rowsRead = async (client: Client): Promise<Readonly<Record<string, number>>> => {
  const { rows } = await client.query<{ name: string; rows: number }>(READ);
  return Object.fromEntries(rows.map(({ name, rows: read }) => [name, read]));
};
