import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Clock } from '#application/shared/tools';
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

  atCommit(...statement: Parameters<Database['atCommit']>): void {
    this.db.atCommit(...statement);
  }

  narrow(tenantIds: readonly string[]): Promise<void> {
    return this.db.narrow(tenantIds);
  }

  entities(): ReturnType<Database['entities']> {
    return this.db.entities();
  }

  changed(...change: Parameters<Database['changed']>): void {
    this.db.changed(...change);
  }

  afterCommit(work: () => Promise<void>): void {
    this.db.afterCommit(work);
  }
}

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
    const sent = { event_type: 'form.submitted', tenant_id: ours.id, contact_id: 'c', data: { form_id: 'f' } };
    const envelope = readEnvelope(sent, { receivedAt: now, now, fallbackId: () => 'event' });
    if (envelope.kind !== 'event') throw new Error('a bad event');
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
      reached: [{ goal, event: envelope.event, id: v7(), requestId: null, traceparent: null }],
      exitGoal: null,
    };
  });
  afterAll(() => app.stop());

  const recordWith = (db: Database): Promise<void> =>
    inDoor(app, both, () => new SqlDetectionStore(db, app.nest.get(Journal), app.nest.get(Clock)).record([mixedUp]));
  const written = () => app.rows('SELECT id FROM workflow_goal_achievements');

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

  it('row-level security refuses what is not of the batch at all', async () => {
    both = Actor.system([theirs.id], 'event:publish');
    const forgetful = new Forgetful(app.nest.get(Database));
    await expect(recordWith(forgetful)).rejects.toMatchObject({ code: '42501' });
    expect(await written()).toEqual([]);
  });
});
