import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import type { Arrival } from '#application/workflows/arrival';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import type { NamedDecision } from '#application/workflows/ports/detection-store';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { readEnvelope } from '#adapters/workflows/messaging/event-envelope';
import { SqlDetectionStore } from '#adapters/workflows/persistence/sql-detection-store';
import { TestApp, type Tenant } from '../support/app';
import { inDoor } from '../support/in-door';
import { seedEnrollments, seedWorkflow } from '../support/seed';

/** The real database, but for the one join of achievements with their enrollments: it forgets the tenant. */
class Forgetful implements Database {
  hasForgotten = false;

  constructor(private readonly db: Database) {}

  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return this.db.query(sql, parameters);
  }

  prepared<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    const planted = sql.replace('tenant_id = d.tenant_id AND id = d.enrollment_id', 'id = d.enrollment_id');
    this.hasForgotten ||= planted !== sql;
    return this.db.query(planted, parameters);
  }

  peek<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.db.peek(sql, parameters);
  }

  atCommit(...statement: Parameters<Database['atCommit']>): void {
    this.db.atCommit(...statement);
  }

  narrow(...narrowed: Parameters<Database['narrow']>): Promise<void> {
    return this.db.narrow(...narrowed);
  }

  entities(): ReturnType<Database['entities']> {
    return this.db.entities();
  }

  changed(...change: Parameters<Database['changed']>): void {
    this.db.changed(...change);
  }

  announce(): void {
    this.db.announce();
  }

  afterCommit(work: () => Promise<void>): void {
    this.db.afterCommit(work);
  }
}

const arrivalOf = (tenant_id: string, form_id: string): Arrival => {
  const now = new Date();
  const sent = { event_type: 'form.submitted', tenant_id, contact_id: 'c', data: { form_id } };
  const envelope = readEnvelope(sent, { receivedAt: now, now, fallbackId: v7 });
  if (envelope.kind !== 'event') throw new Error('a bad event');
  return { event: envelope.event, requestId: null, traceparent: null, answered: false };
};

describe('In a batch of several tenants', () => {
  let app: TestApp;
  let ours: Tenant;
  let theirs: Tenant;
  let mixedUp: NamedDecision;
  let both: Actor;

  /** A decision that credits our event to an enrollment of theirs: what a broken join would make. */
  beforeAll(async () => {
    app = await TestApp.start();
    [ours, theirs] = await Promise.all([app.tenant(), app.tenant()]);
    both = Actor.system([ours.id, theirs.id], 'event:publish');
    const workflow = await seedWorkflow(app, theirs.id, [{ goalType: 'form_submitted', criteria: { form_id: 'f' } }]);
    const [id = ''] = await seedEnrollments(app, theirs.id, workflow.id, ['c']);
    const now = new Date();
    const { event } = arrivalOf(ours.id, 'f');
    const goal = {
      ...{
        id: workflow.goalIds[0] ?? '',
        tenantId: theirs.id,
        workflowId: workflow.id,
        goalType: 'form_submitted' as const,
      },
      ...{ criteria: { form_id: 'f' }, activeSince: now, windowHours: null, position: 1 },
    };
    mixedUp = {
      enrollment: {
        ...{ id, tenantId: theirs.id, workflowId: workflow.id, contactId: 'c', enrolledAt: now },
        achievedGoalIds: new Set(),
      },
      reached: [{ goal, event, id: v7(), requestId: null, traceparent: null }],
      exitGoal: null,
    };
  });
  afterAll(() => app.stop());

  const recordWith = (db: Database): Promise<void> =>
    inDoor(app, both, () => new SqlDetectionStore(db, app.nest.get(Journal), app.nest.get(Clock)).record([mixedUp]));
  const written = () =>
    app.rows('SELECT id FROM workflow_goal_achievements WHERE tenant_id IN ($1, $2)', [ours.id, theirs.id]);

  it('an event ends nothing of another tenant, because every join names the tenant', async () => {
    await recordWith(app.nest.get(Database));
    expect(await written()).toEqual([]);
  });

  it('a statement that forgets to join on the tenant is refused by the composite keys', async () => {
    const forgetful = new Forgetful(app.nest.get(Database));
    await expect(recordWith(forgetful)).rejects.toMatchObject({ code: '23503' });
    expect(forgetful.hasForgotten).toBe(true);
    expect(await written()).toEqual([]);
  });

  it('goals that have just changed are seen beside those of a tenant that was known by then', async () => {
    const [known, changed] = await Promise.all([app.tenant(), app.tenant()]);
    const decided = async (form: string, ...tenants: readonly Tenant[]) => {
      const arrivals = tenants.map(({ id }) => arrivalOf(id, form));
      const actor = Actor.system([known.id, changed.id], 'event:publish');
      const outcomes = await app.nest.get(Door).send(new DetectGoals(actor, arrivals));
      return outcomes.ok ? outcomes.value.map(({ outcome }) => outcome) : outcomes.error;
    };
    const ask = async ({ id }: Tenant, form_id: string) => {
      const workflow = await seedWorkflow(app, id, [{ goalType: 'form_submitted', criteria: { form_id } }]);
      await seedEnrollments(app, id, workflow.id, ['c']);
    };
    await ask(known, 'f');
    expect(await decided('g', known, changed)).toEqual(['no_match', 'no_match']);
    await ask(changed, 'f');
    expect(await decided('f', known, changed)).toEqual(['achieved', 'achieved']);
  });

  it('row-level security refuses what is not of the batch at all', async () => {
    both = Actor.system([theirs.id], 'event:publish');
    const forgetful = new Forgetful(app.nest.get(Database));
    await expect(recordWith(forgetful)).rejects.toMatchObject({ code: '42501' });
    expect(await written()).toEqual([]);
  });
});
