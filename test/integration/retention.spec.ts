import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Retention } from '#infrastructure/database/retention';
import { HealthParts } from '#infrastructure/observability/health';
import { TestApp, type Tenant } from '../support/app';
import { GoalStory } from '../support/goal-story';
import { seedWorkflow } from '../support/seed';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

type Seeded = Awaited<ReturnType<typeof seedWorkflow>>;

describe('what is kept, and for how long (SPEC 7)', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await TestApp.start();
    tenant = await app.tenant();
  });
  afterAll(() => app.stop());

  const purge = () => app.nest.get(Retention).purge();

  const countOf = async (table: string, where = 'true'): Promise<number> => {
    const [row] = await app.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = '${tenant.id}' AND ${where}`,
    );
    return row?.n ?? 0;
  };

  /** An enrollment made so many days before it ended, with two actions and an achievement; `null`: it goes on. */
  const enrollment = async (workflow: Seeded, endedDaysAgo: number | null): Promise<string> => {
    const began = daysAgo((endedDaysAgo ?? 1000) + 10);
    const [id, contact] = [v7({ msecs: began.getTime() }), randomUUID()];
    const ended = endedDaysAgo === null ? null : daysAgo(endedDaysAgo);
    // The worker purges when it starts: it may be at it.
    await app.rows('BEGIN');
    await app.rows(
      `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`,
      [tenant.id, contact, contact],
    );
    await app.rows(
      `INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at, exited_at,
         exit_reason, time_to_goal_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)`,
      [
        ...[tenant.id, id, workflow.id, contact, ended ? 'completed_goal' : 'active', began, ended],
        ...(ended ? ['goal_achieved', 1000] : [null, null]),
      ],
    );
    await app.rows(
      `INSERT INTO workflow_pending_actions (tenant_id, id, workflow_id, enrollment_id, position, is_last, action_type, scheduled_at,
         status, created_at, finished_at)
       SELECT $1, gen_random_uuid(), $2, $3, n, n = 2, 'send_email', $4, $5, $4, $6 FROM generate_series(1, 2) AS n`,
      [tenant.id, workflow.id, id, began, ended ? 'cancelled' : 'pending', ended],
    );
    if (ended) await achievement(workflow, id, contact, ended);
    await app.rows('COMMIT');
    return id;
  };

  const achievement = async (workflow: Seeded, id: string, contact: string, at: Date): Promise<void> => {
    await app.rows(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type,
         achieved_at, recorded_at, event_id, trigger_event, metadata)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, 'form_submitted', $6, $6, 'e', '{}', '{}')`,
      [tenant.id, workflow.id, id, contact, workflow.goalIds[0], at],
    );
  };

  const aWorkflow = () => seedWorkflow(app, tenant.id, [{ goalType: 'form_submitted', criteria: { form_id: 'f' } }]);

  it('removes enrollments two years after they ended, with their actions and achievements, and leaves the counters', async () => {
    const workflow = await aWorkflow();
    const [, young, open] = [
      await enrollment(workflow, 731),
      await enrollment(workflow, 729),
      await enrollment(workflow, null),
    ];
    await app.rows(
      'INSERT INTO workflow_daily_counters (tenant_id, workflow_id, day, goals_achieved) VALUES ($1, $2, $3, 2)',
      [tenant.id, workflow.id, daysAgo(731)],
    );
    await purge();
    const left = await app.rows<{ id: string }>('SELECT id FROM workflow_enrollments WHERE workflow_id = $1', [
      workflow.id,
    ]);
    expect(left.map(({ id }) => id).sort()).toEqual([young, open].sort());
    expect(await countOf('workflow_pending_actions', `workflow_id = '${workflow.id}'`)).toBe(4);
    expect(await countOf('workflow_goal_achievements', `workflow_id = '${workflow.id}'`)).toBe(1);
    expect(await countOf('workflow_daily_counters', `workflow_id = '${workflow.id}'`)).toBe(1);
  });

  it('removes more than one round takes', async () => {
    const workflow = await aWorkflow();
    const contact = randomUUID();
    await app.rows(
      `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`,
      [tenant.id, contact, contact],
    );
    await app.rows(
      `INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, created_at, exited_at, exit_reason)
       SELECT $1, id, $2, $3, 'exited', $4, $4, $4, 'manual' FROM unnest($5::uuid[]) AS id`,
      [tenant.id, workflow.id, contact, daysAgo(740), Array.from({ length: 1200 }, () => v7({ msecs: +daysAgo(740) }))],
    );
    await purge();
    expect(await countOf('workflow_enrollments', `workflow_id = '${workflow.id}'`)).toBe(0);
  });

  it('keeps a deleted workflow and its goals for as long as an achievement points to them', async () => {
    const workflow = await aWorkflow();
    const ended = await enrollment(workflow, 100);
    const long = daysAgo(91);
    await app.rows('UPDATE workflow_goals SET deleted_at = $2, is_active = false WHERE workflow_id = $1', [
      workflow.id,
      long,
    ]);
    await app.rows(`UPDATE workflows SET deleted_at = $2, status = 'paused' WHERE id = $1`, [workflow.id, long]);
    await purge();
    expect(await countOf('workflow_goals', `workflow_id = '${workflow.id}'`)).toBe(1);
    for (const table of ['workflow_pending_actions', 'workflow_goal_achievements'])
      await app.rows(`DELETE FROM ${table} WHERE enrollment_id = $1`, [ended]);
    await app.rows('DELETE FROM workflow_enrollments WHERE id = $1', [ended]);
    await purge();
    expect(await countOf('workflows', `id = '${workflow.id}'`)).toBe(0);
    expect(await countOf('workflow_goals', `workflow_id = '${workflow.id}'`)).toBe(0);
  });

  it('removes goals and tasks 90 days after their deletion, whole trees of them, and no others', async () => {
    const story = await GoalStory.begin(app, 'Admin');
    const id = story.tenant.id;
    const root = await story.goal({ name: 'Root' });
    const child = await story.goal({ name: 'Child', parent_goal_id: root.id });
    const young = await story.goal({ name: 'Deleted lately' });
    const live = await story.goal({ name: 'Live' });
    for (const goal of [root, young]) await story.discard(goal.id);
    await app.rows('UPDATE goals SET deleted_at = $2 WHERE id = ANY ($1)', [[root.id, child.id], daysAgo(91)]);
    await app.rows('UPDATE goals SET deleted_at = $2 WHERE id = $1', [young.id, daysAgo(89)]);
    await purge();
    const left = await app.rows<{ id: string }>('SELECT id FROM goals WHERE tenant_id = $1', [id]);
    expect(left.map((row) => row.id).sort()).toEqual([young.id, live.id].sort());
  });

  it('leaves what somebody holds for the next time, and waits for nobody', async () => {
    const workflow = await aWorkflow();
    const [held] = [await enrollment(workflow, 740), await enrollment(workflow, 741)];
    await app.rows('BEGIN');
    await app.rows('SELECT FROM workflow_enrollments WHERE id = $1 FOR UPDATE', [held]);
    await purge();
    const left = await app.rows<{ id: string }>('SELECT id FROM workflow_enrollments WHERE workflow_id = $1', [
      workflow.id,
    ]);
    await app.rows('ROLLBACK');
    expect(left.map(({ id }) => id)).toEqual([held]);
    await purge();
    expect(await countOf('workflow_enrollments', `workflow_id = '${workflow.id}'`)).toBe(0);
  });

  it('removes sessions and invitations a month after their end', async () => {
    for (const days of [31, 29]) {
      await app.rows(
        `INSERT INTO sessions (tenant_id, id, user_id, rotated_at, created_at, expires_at) VALUES ($1, $2, $3, now(), now(), $4)`,
        [tenant.id, randomUUID(), tenant.userId, daysAgo(days)],
      );
      await app.rows(
        `INSERT INTO invitations (tenant_id, id, email, role, secret_hash, created_at, expires_at)
         VALUES ($1, $2, 'a@example.org', 'Viewer', '', now(), $3)`,
        [tenant.id, randomUUID(), daysAgo(days)],
      );
    }
    await purge();
    expect([await countOf('sessions'), await countOf('invitations')]).toEqual([1, 1]);
  });

  it('removes notifications two years after they were made, and what became of mails and syncs after a month', async () => {
    const made = async (days: number, state: string) => {
      const [id, at] = [v7({ msecs: +daysAgo(days) }), daysAgo(days)];
      await app.rows(
        `WITH told AS (
           INSERT INTO notifications (tenant_id, id, user_id, kind, details, source_key, in_inbox, created_at)
           VALUES ($1, $2, $3, 'task_ready', '{}', $4, true, $5) RETURNING id
         )
         INSERT INTO notification_deliveries (tenant_id, notification_id, channel, state, attempts, next_at)
         SELECT $1, id, 'email', $6, 1, $5 FROM told`,
        [tenant.id, id, tenant.userId, id, at, state],
      );
      const status = state === 'pending' ? 'running' : 'completed';
      await app.rows(
        `INSERT INTO sync_runs (tenant_id, id, status, created_at, finished_at, kind, after_id, totals, published)
         VALUES ($1, $2, $3, $4, $5, 'goal', $2, '{}', '{}')`,
        [tenant.id, id, status, at, status === 'completed' ? at : null],
      );
      return id;
    };
    // A worker of this process would go on with a sync that is left: it is of no matter here whether it does.
    const left = async (table: string, id: string) =>
      (
        await app.rows<{ id: string }>(`SELECT ${id} AS id FROM ${table} WHERE tenant_id = $1 ORDER BY 1`, [tenant.id])
      ).map((row) => row.id);
    const [, month, pending, young] = [
      await made(731, 'sent'),
      await made(31, 'failed'),
      await made(32, 'pending'),
      await made(29, 'sent'),
    ];
    await purge();
    expect(await left('notifications', 'id')).toEqual([month, pending, young].sort());
    expect(await left('notification_deliveries', 'notification_id')).toEqual([pending, young].sort());
    expect(await left('sync_runs', 'id')).toEqual([pending, young].sort());
  });

  it('goes on with the next kind when one cannot be removed, and says so until it can', async () => {
    const workflow = await aWorkflow();
    await enrollment(workflow, 740);
    const health = () => app.nest.get(HealthParts).all().retention;
    await app.rows('ALTER FUNCTION jobs_purge_idempotency_keys(timestamptz, integer) RENAME TO away');
    await purge();
    expect(await countOf('workflow_enrollments', `workflow_id = '${workflow.id}'`)).toBe(0);
    expect(health()).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('idempotency_keys') as string,
    });
    await app.rows('ALTER FUNCTION away(timestamptz, integer) RENAME TO jobs_purge_idempotency_keys');
    await purge();
    expect(health()).toMatchObject({ state: 'ok', age_seconds: expect.any(Number) as number });
  });
});
