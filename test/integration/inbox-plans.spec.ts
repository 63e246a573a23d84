import { Client } from 'pg';
import type { Database } from '#adapters/shared/persistence/database';
import type { Journal } from '#adapters/shared/persistence/journal';
import { SqlInbox } from '#adapters/notifications/persistence/sql-inbox';
import { freshDatabase, type TestDatabase } from '../support/database';
import { pageRequest } from '../support/fakes/pages';
import { CountingIds } from '../support/fakes/tools';

const TENANT = '0190a000-0000-7000-8000-000000000001';
const USER = '0190a000-0000-7000-8000-000000000007';

/** 100 users with 500 notifications each, of which ten are not read. */
const FILL = `
  INSERT INTO notifications (tenant_id, id, user_id, kind, details, source_key, in_inbox, created_at, read_at)
  SELECT $1, gen_random_uuid(), ('0190a000-0000-7000-8000-' || lpad((n % 100)::text, 12, '0'))::uuid, 'task_ready', '{}',
    n::text, true, now() - n * interval '1 minute', CASE WHEN n > 1000 THEN now() END
  FROM generate_series(1, 50000) AS n`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('An inbox among 50,000 notifications, as the application role,', () => {
  let database: TestDatabase;
  let app: Client;
  const read: Plan[] = [];

  /** Answers nothing, and remembers how each statement was carried out. */
  const explaining = {
    query: async (sql: string, parameters: readonly unknown[]) => {
      const { rows } = await app.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        [...parameters],
      );
      read.push(...nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan).filter((node) => node['Node Type'].includes('Scan')));
      return [];
    },
  } as unknown as Database;
  const inbox = new SqlInbox(explaining, {} as Journal, new CountingIds());

  beforeAll(async () => {
    database = await freshDatabase();
    const owner = new Client({ connectionString: database.superUrl });
    await owner.connect();
    // Foreign keys are of no matter here, and would take longer than everything else.
    await owner.query('SET session_replication_role = replica');
    await owner.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 't', now(), now())`, [
      TENANT,
    ]);
    await owner.query(FILL, [TENANT]);
    await owner.query('ANALYZE notifications');
    await owner.end();
    app = new Client({ connectionString: database.appUrl });
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await database.drop();
  });
  beforeEach(async () => {
    read.length = 0;
    await app.query(`BEGIN; SET LOCAL app.tenant_ids = '${TENANT}'`);
  });
  afterEach(() => app.query('ROLLBACK'));

  /** Nothing but its own is looked at, and of that no more than `most` rows a statement. */
  const expectOwn = (most: number) => {
    expect(read.length).toBeGreaterThan(0);
    for (const node of read) {
      expect(node['Node Type']).toMatch(/Index|CTE/);
      expect(node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)).toBeLessThanOrEqual(most);
    }
  };

  it('is shown page by page by reading that page, and counted by its own', async () => {
    await inbox.page(
      TENANT,
      USER,
      pageRequest({ by: 'created_at', after: [new Date().toISOString(), TENANT], limit: 20 }),
    );
    expectOwn(21);
    expect(read.map((node) => node['Index Name'])).toEqual(['notifications_inbox', 'notifications_unread']);
    await inbox.page(TENANT, USER, pageRequest({ by: 'created_at' }));
    expectOwn(500);
  });

  it('is marked as read by reading what is not', async () => {
    await inbox.markAllRead(TENANT, USER, new Date());
    expectOwn(10);
  });
});
