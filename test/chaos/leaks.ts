import type { Servers } from './servers';

/**
 * Puts a look before what every worker asks once a second for no tenant at all: a pooled connection that still remembers the
 * tenants of who had it before is written down. The function stands in for the real one until the oracle has read that.
 */
export const watchForLeaks = async (servers: Servers): Promise<void> => {
  await servers.rows('CREATE TABLE leaks (tenants text NOT NULL)');
  await servers.rows('ALTER FUNCTION jobs_elapsed_waits(timestamptz, integer) RENAME TO jobs_elapsed_waits_itself');
  await servers.rows(`
    CREATE FUNCTION jobs_elapsed_waits(at timestamptz, most integer) RETURNS TABLE (tenant_id uuid, enrollment_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
      INSERT INTO leaks SELECT t FROM current_setting('app.tenant_ids', true) AS t WHERE t <> '';
      RETURN QUERY SELECT * FROM jobs_elapsed_waits_itself(at, most);
    END $$`);
};

/** What was written down, and the schema as it was. */
export const leaked = async (servers: Servers): Promise<string[]> => {
  const rows = await servers.rows<{ tenants: string }>('SELECT DISTINCT tenants FROM leaks');
  await servers.rows('DROP FUNCTION jobs_elapsed_waits(timestamptz, integer)');
  await servers.rows('ALTER FUNCTION jobs_elapsed_waits_itself(timestamptz, integer) RENAME TO jobs_elapsed_waits');
  await servers.rows('DROP TABLE leaks');
  return rows.map(({ tenants }) => `a connection that remembers tenants: ${tenants.slice(0, 80)}`);
};
