import { Client } from 'pg';
import { DUE_ACTIONS, IN_THE_ORDER_OF_THE_INDEX } from '#adapters/workflows/persistence/sql-pending-actions';
import { freshDatabase, type TestDatabase } from '../support/database';
import { rowsRead } from './support/reads';

const TENANTS = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'] as const;
const ENROLLMENTS = 25_000;
const TYPES = ['send_email', 'send_sms', 'add_tag', 'webhook', 'custom'];

/** A workflow with 25,000 open enrollments of two actions and a last wait: all of it is due, and each step waits for the one before. */
const FILL = `
  WITH workflow AS (
    INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
    VALUES ($1, gen_random_uuid(), $3, $4, 'any', '[]', 1, now(), now()) RETURNING id
  ), contact AS (
    INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
    SELECT $1, gen_random_uuid(), $3 || n, now(), now() FROM generate_series(1, $2::integer) AS n RETURNING id
  ), enrollment AS (
    INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at)
    SELECT $1, gen_random_uuid(), workflow.id, contact.id, 'active', now(), now() FROM workflow, contact RETURNING id, workflow_id
  )
  INSERT INTO workflow_pending_actions
    (tenant_id, id, workflow_id, enrollment_id, position, is_last, is_behind, action_type, scheduled_at, status, created_at)
  SELECT $1, gen_random_uuid(), e.workflow_id, e.id, p, p = 3, p > $5, CASE p WHEN 3 THEN 'wait' ELSE 'send_email' END,
    now() - $6::interval - random() * interval '1 day', 'pending', now()
  FROM enrollment e, generate_series(1, 3) AS p`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('The statement that claims, as the application role, on 300,000 steps', () => {
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
      await owner.query(FILL, [tenant, ENROLLMENTS, 'active', 'active', 1, '0 days']);
      // What fell due before, and cannot be handed out; its waits would be over if it went on.
      await owner.query(FILL, [tenant, ENROLLMENTS, 'paused', 'paused', 3, '9 days']);
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

  const explain = async (limit: number, types: readonly string[]): Promise<Plan[]> => {
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
    [1, TYPES],
    [200, TYPES],
    [200, ['send_email', 'webhook']],
  ])('reads %s along the index of what stands first, and no table as a whole', async (limit, types) => {
    const nodes = await explain(limit, types);
    expect(nodes[0]).toMatchObject({ 'Node Type': 'Limit', 'Actual Rows': limit });
    expect(nodes.map((node) => node['Index Name'])).toContain('pending_actions_first');
    const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 2);
    expect(whole).toEqual([]);
  });

  it.each([
    ['as many as it takes', 200, TYPES, 200],
    ['none of a kind that nothing is of', 200, ['webhook'], 0],
  ])('walks neither over what is paused nor over what waits behind: %s', async (_what, limit, types, expected) => {
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [TENANTS[0]]);
    await app.query(IN_THE_ORDER_OF_THE_INDEX);
    const { rowCount } = await app.query(DUE_ACTIONS, [TENANTS[0], new Date(), limit, types]);
    const read = await rowsRead(app);
    await app.query('ROLLBACK');
    expect(rowCount).toBe(expected);
    expect(read.workflow_pending_actions).toBeLessThan(limit * 10);
  });

  it('finds waits that are over without looking at each that is not, or that is paused', async () => {
    await app.query('BEGIN');
    const { rowCount } = await app.query('SELECT * FROM jobs_elapsed_waits(now(), 500)');
    const read = await rowsRead(app);
    await app.query('ROLLBACK');
    expect(rowCount).toBe(0);
    expect(read.workflow_pending_actions).toBeLessThan(ENROLLMENTS / 10);
  });
});
