import { Client, escapeLiteral } from 'pg';
import type { EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { OpenEnrollment } from '#domain/workflows/decide';
import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import type { NamedDecision } from '#application/workflows/ports/detection-store';
import { Database, type Settings } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { ContactRows } from '#adapters/workflows/persistence/contact-rows';
import { SqlDetectionStore } from '#adapters/workflows/persistence/sql-detection-store';
import { SqlEnrollmentStore } from '#adapters/workflows/persistence/sql-enrollment-store';
import { readers } from '#infrastructure/database/data-source';
import { elementsOf } from '../support/arrays';
import { freshDatabase, type TestDatabase } from '../support/database';
import { CountingIds, StandingClock } from '../support/fakes/tools';

type Mode = 'force_custom_plan' | 'force_generic_plan';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables that grow with the contacts of a tenant. */
const LARGE = ['contacts', 'workflow_enrollments', 'workflow_pending_actions', 'workflow_goal_achievements'];
const [CONTACTS, WORKFLOWS, ENROLLED_IN, BATCH] = [5_000, 5, 4, 60];

/** What a plan reads of the large tables that no key asked for. */
const faultsOf = (node: PlanNode, above?: PlanNode): string[] => {
  const table = node['Relation Name'] ?? above?.['Relation Name'] ?? '';
  const { 'Node Type': type, 'Index Name': index, 'Index Cond': condition = 'nothing' } = node;
  const own: string[] = [];
  if (LARGE.includes(table) && type === 'Seq Scan') own.push(`reads all ${table}`);
  // Of a condition on tenant_id only that column is left of an equals sign.
  const columns = [...condition.matchAll(/\((\w+) = /g)].map(([, column]) => column);
  if (LARGE.includes(table) && index !== undefined && !columns.some((column) => column !== 'tenant_id'))
    own.push(`reads ${index} by ${condition}`);
  return [...own, ...(node.Plans ?? []).flatMap((below) => faultsOf(below, node))];
};

const literal = (value: unknown): string => {
  if (value === null) return 'NULL';
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (Buffer.isBuffer(value)) return literal(elementsOf(value));
  if (Array.isArray(value)) return escapeLiteral(`{${value.map((one) => JSON.stringify(one)).join()}}`);
  return escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
};

/** Runs every statement as a prepared one, after looking at its plan. */
class Planned extends Database {
  faults: string[] = [];
  private readonly names = new Map<string, string>();
  private before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Client,
    private readonly mode: Mode,
  ) {
    super();
  }

  /** In the order in which they are asked, as the driver does it. */
  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const asked = this.before.then(() => this.planned<Row>(sql, parameters));
    this.before = asked.catch(() => undefined);
    return asked;
  }

  private async planned<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    const name = this.names.get(sql) ?? `planned_${String(this.names.size)}`;
    if (!this.names.has(sql)) await this.client.query(`PREPARE ${name} AS ${sql}`);
    this.names.set(sql, name);
    await this.client.query(`SET LOCAL plan_cache_mode = ${this.mode}`);
    const execute = `EXECUTE ${name}${parameters.length === 0 ? '' : `(${parameters.map(literal).join()})`}`;
    const { rows } = await this.client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (FORMAT JSON) ${execute}`,
    );
    const faults = rows.flatMap((row) => faultsOf(row['QUERY PLAN'][0].Plan));
    this.faults.push(...faults.map((fault) => `${fault} in ${sql.trim().replaceAll(/\s+/g, ' ').slice(0, 100)}`));
    return (await this.client.query<Row & object>(execute)).rows;
  }

  prepared<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.query(sql, parameters);
  }

  peek<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.query(sql, parameters);
  }

  atCommit(sql: string, parameters: readonly unknown[]): void {
    void this.query(sql, parameters);
  }

  async narrow(tenantIds: readonly string[], settings: Settings = {}): Promise<void> {
    const all = Object.entries({ ...settings, 'app.tenant_ids': tenantIds.join() });
    await Promise.all(all.map((setting) => this.query('SELECT set_config($1, $2, true)', setting)));
  }

  entities(): Promise<EntityManager> {
    throw new Error('set-wise statements need none');
  }

  /** Nothing is cached here. */
  changed(): void {
    return undefined;
  }

  announce(): void {
    return undefined;
  }

  /** Nothing is committed here. */
  afterCommit(): void {
    return undefined;
  }
}

const fill = async (db: Client, tenants: readonly string[]): Promise<void> => {
  await db.query(
    `INSERT INTO tenants (id, name, created_at, updated_at) SELECT t, 'a tenant', now(), now() FROM unnest($1::uuid[]) AS t`,
    [tenants],
  );
  await db.query(`
    INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
    SELECT t.id, gen_random_uuid(), 'workflow ' || n, 'active', 'any', '[]', 1, now(), now()
    FROM tenants t, generate_series(1, ${String(WORKFLOWS)}) AS n;
    INSERT INTO workflow_goals (tenant_id, id, workflow_id, goal_type, criteria, criteria_key, is_active, active_since,
      position, version, created_at, updated_at)
    SELECT tenant_id, gen_random_uuid(), id, 'form_submitted', '{"form_id":"f"}', 'f', true, now(), 1, 1, now(), now() FROM workflows;
    INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
    SELECT t.id, gen_random_uuid(), 'contact-' || n, now(), now()
    FROM tenants t, generate_series(1, ${String(CONTACTS / tenants.length)}) AS n;
    INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at)
    SELECT c.tenant_id, gen_random_uuid(), w.id, c.id, 'active', now(), now() FROM contacts c
    CROSS JOIN LATERAL (SELECT id FROM workflows WHERE tenant_id = c.tenant_id ORDER BY id LIMIT ${String(ENROLLED_IN)}) w;
    INSERT INTO workflow_pending_actions (tenant_id, id, workflow_id, enrollment_id, position, is_last, action_type,
      scheduled_at, status, created_at)
    SELECT tenant_id, gen_random_uuid(), workflow_id, id, 1, true, 'send_email', now(), 'pending', now() FROM workflow_enrollments`);
};

const decisionOf = (enrollment: OpenEnrollment, goalId: string): NamedDecision => {
  const { id: enrollmentId, tenantId, contactId, workflowId } = enrollment;
  const [goalType, criteria, activeSince] = ['form_submitted', { form_id: 'f' }, new Date(0)] as const;
  const goal = { id: goalId, tenantId, workflowId, goalType, criteria, activeSince, windowHours: null, position: 1 };
  const event: ContactEvent = {
    ...{ eventId: `event-${enrollmentId}`, eventType: EVENT_TYPE_OF[goalType], tenantId, contactId },
    ...{ occurredAt: new Date(), source: null, data: {}, facts: {} },
  };
  return { enrollment, reached: [{ id: v7(), requestId: null, traceparent: null, goal, event }], exitGoal: goal };
};

describe.each([1, 200])('Of %i tenants', (tenantCount) => {
  const tenants = Array.from({ length: tenantCount }, () => v7());
  const [tenant = ''] = tenants;
  const clock = new StandingClock(new Date(Date.now() + 60_000));
  const contactIds = Array.from({ length: 20 }, (_, n) => `contact-${String(n + 1)}`);
  let database: TestDatabase;
  let superuser: Client;

  const session = async (
    mode: Mode,
    work: (db: Planned, again: (piece: () => Promise<void>) => Promise<void>) => Promise<void>,
  ) => {
    const client = new Client({ connectionString: database.appUrl, types: readers });
    await client.connect();
    const inTransaction = async (piece: () => Promise<void>): Promise<void> => {
      await client.query(`BEGIN; SELECT set_config('app.tenant_ids', '${tenants.join()}', true)`);
      await piece();
      await client.query('ROLLBACK');
    };
    await work(new Planned(client, mode), inTransaction).finally(() => client.end());
  };

  const storeOf = (db: Database): SqlDetectionStore => {
    const context = { requestId: null, traceparent: null, actor: Actor.system(tenants, 'event:publish') };
    return new SqlDetectionStore(db, new Journal(db, clock, { next: v7 }, context), clock);
  };

  /** A batch that looks, holds, records, and looks for what it has recorded. */
  const detect = async (db: Planned): Promise<number> => {
    const store = storeOf(db);
    const keys = Array.from({ length: BATCH }, (_, n) => ({
      tenantId: tenants[n % tenantCount] ?? '',
      contactId: `contact-${String(1 + Math.floor(n / tenantCount))}`,
    }));
    const { workflows, enrollments } = await store.hold(await store.openEnrollments(keys, tenants));
    await store.record(enrollments.map((one) => decisionOf(one, workflows.get(one.workflowId)?.goals[0]?.id ?? '')));
    const events = enrollments.map(({ id, tenantId }) => ({ tenantId, eventId: `event-${id}` }));
    return (await store.credited(events)).size;
  };

  const enroll = async (db: Planned): Promise<number> => {
    const [ids, context] = [
      new CountingIds(),
      { requestId: null, traceparent: null, actor: Actor.system([tenant], 'event:publish') },
    ];
    const journal = new Journal(db, clock, ids, context);
    const store = new SqlEnrollmentStore(db, new ContactRows(db, journal, clock, ids), journal, ids, context);
    const { rows } = await superuser.query<{ id: string }>(
      'SELECT id FROM workflows WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1',
      [tenant],
    );
    const workflowId = rows[0]?.id ?? '';
    await store.holdContacts(tenant, workflowId, contactIds);
    await store.keepAttributes(tenant, new Map(contactIds.map((id) => [id, { plan: 'b' }])));
    const enrolled = contactIds.map((contactId) => ({
      ...{ id: v7(), workflowId, contactId, enrolledAt: clock.now() },
      actions: [{ position: 1, actionType: 'send_email', scheduledAt: clock.now(), config: {} }],
    }));
    return (await store.add(tenant, enrolled as unknown as Parameters<typeof store.add>[1], clock.now())).size;
  };

  beforeAll(async () => {
    database = await freshDatabase();
    superuser = new Client({ connectionString: database.superUrl });
    await superuser.connect();
    // Foreign keys are of no matter here, and would take longer than everything else.
    await superuser.query('SET session_replication_role = replica');
    for (const table of [...LARGE, 'workflows', 'workflow_goals', 'tenants'])
      await superuser.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  });
  afterAll(async () => {
    await superuser.end();
    await database.drop();
  });

  it('a look that was planned while the tables were empty goes by key when they have filled', async () => {
    await superuser.query('ANALYZE');
    await session('force_generic_plan', async (db, inTransaction) => {
      await inTransaction(async () => {
        await storeOf(db).openEnrollments([{ tenantId: tenant, contactId: 'contact-1' }], [tenant]);
      });
      db.faults = [];
      await fill(superuser, tenants);
      await inTransaction(async () => {
        expect(await detect(db)).toBe(BATCH * ENROLLED_IN);
      });
      expect(db.faults).toEqual([]);
    });
  });

  describe.each(['never analyzed', 'analyzed'])('and tables %s', (state) => {
    beforeAll(async () => {
      // What the first batches rolled back is removed: nothing has been achieved yet, as in a database just moved in.
      if (state === 'analyzed') await superuser.query('VACUUM ANALYZE');
      else await superuser.query('DELETE FROM pg_statistic');
    });

    it.each<Mode>(['force_custom_plan', 'force_generic_plan'])('a batch looks up by key: %s', async (mode) => {
      await session(mode, async (db, inTransaction) => {
        await inTransaction(async () => {
          expect(await detect(db)).toBe(BATCH * ENROLLED_IN);
        });
        expect(db.faults).toEqual([]);
      });
    });

    // Planned for the values at hand, and so with the size the tables have: reading all of a small one may be right.
    it('enrolling never reads all of a tenant', async () => {
      await session('force_custom_plan', async (db, inTransaction) => {
        await inTransaction(async () => {
          expect(await enroll(db)).toBe(contactIds.length);
        });
        expect(db.faults.filter((fault) => !fault.startsWith('reads all'))).toEqual([]);
      });
    });
  });
});
