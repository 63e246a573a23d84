import { Client } from 'pg';
import { DUE_ACTIONS, IN_THE_ORDER_OF_THE_INDEX } from '#adapters/workflows/persistence/sql-pending-actions';
import { freshDatabase, type TestDatabase } from '../support/database';

const TENANTS = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'] as const;
const ENROLLMENTS = 25_000;

/** Two tenants with 25,000 open enrollments each, of two steps: 100,000 actions, half of them due. */
const FILL = `
  WITH workflow AS (
    INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
    VALUES ($1, gen_random_uuid(), 'workflow', 'active', 'any', '[]', 1, now(), now()) RETURNING id
  ), contact AS (
    INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
    SELECT $1, gen_random_uuid(), 'c-' || n, now(), now() FROM generate_series(1, $2::integer) AS n RETURNING id
  ), enrollment AS (
    INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at)
    SELECT $1, gen_random_uuid(), workflow.id, contact.id, 'active', now(), now() FROM workflow, contact RETURNING id, workflow_id
  )
  INSERT INTO workflow_pending_actions
    (tenant_id, id, workflow_id, enrollment_id, position, is_last, action_type, scheduled_at, status, created_at)
  SELECT $1, gen_random_uuid(), e.workflow_id, e.id, p, p = 2, 'send_email', now() + random() * interval '2 days' - interval '1 day',
    'pending', now()
  FROM enrollment e, generate_series(1, 2) AS p`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('The statement that claims, as the application role, on 100,000 actions', () => {
  let database: TestDatabase;
  let app: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    const owner = new Client({ connectionString: database.superUrl });
    await owner.connect();
    // Foreign keys are of no matter here, and would take longer than everything else.
    await owner.query('SET session_replication_role = replica');
    for (const tenant of TENANTS) {
      await owner.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'tenant', now(), now())`, [
        tenant,
      ]);
      await owner.query(FILL, [tenant, ENROLLMENTS]);
    }
    await owner.query('ANALYZE');
    await owner.end();
    app = new Client({ connectionString: database.appUrl });
    await app.connect();
  }, 60_000);
  afterAll(async () => {
    await app.end();
    await database.drop();
  });

  const explain = async (limit: number, types: readonly string[] | null): Promise<Plan[]> => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANTS[0]]);
    await app.query(IN_THE_ORDER_OF_THE_INDEX);
    const { rows } = await app.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${DUE_ACTIONS}`,
      [TENANTS[0], new Date(), limit, types],
    );
    await app.query('ROLLBACK');
    return nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
  };

  it.each([
    [1, null],
    [200, null],
    [200, ['send_email', 'webhook']],
  ])('reads %s along the index of what is due, and no table as a whole', async (limit, types) => {
    const nodes = await explain(limit, types);
    const due = nodes.find((node) => node['Index Name'] === 'pending_actions_due');
    expect(nodes[0]).toMatchObject({ 'Node Type': 'Limit', 'Actual Rows': limit });
    // Some of what is due stands behind an unfinished step; nothing is sorted, so the rest is never looked at.
    expect(due?.['Actual Rows']).toBeLessThan(limit * 10);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
    const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 1);
    expect(whole).toEqual([]);
  });
});
