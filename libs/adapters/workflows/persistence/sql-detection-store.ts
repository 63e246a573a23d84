import { Injectable } from '@nestjs/common';
import type { OpenEnrollment } from '#domain/workflows/decide';
import {
  keyOf,
  type ContactKey,
  type DetectionStore,
  type EventKey,
  type Held,
  type NamedDecision,
} from '#application/workflows/ports/detection-store';
import { Clock } from '#application/shared/tools';
import { texts, uuids } from '#adapters/shared/persistence/arrays';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { ACTIVE_GOAL, workflowsOf, type ActiveGoalRow } from '#adapters/workflows/persistence/active-goal-rows';
import { addToCounters, addToGoalTimes, figuresOf } from '#adapters/workflows/persistence/counters';
import {
  achievementColumns,
  achievementsOf,
  achievementTold,
  countersOf,
  exitOf,
  exitTold,
  goalTimeOf,
  type Achieved,
  type Exit,
  type Exited,
} from '#adapters/workflows/persistence/detection-rows';
import { isFinished } from '#adapters/workflows/persistence/enrollment-sql';

interface EnrollmentRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly contact_id: string;
  readonly enrolled_at: string;
}

interface EndedRow {
  readonly id: string;
  readonly time_to_goal_ms: number;
  readonly achieved_at: string;
}

interface CancelledRow {
  readonly id: null;
  readonly enrollment_id: string;
}

type GoalOrAchieved = ActiveGoalRow & { readonly enrollment_id: string | null };

/**
 * The only SQL of detection. A fixed number of statements for a batch of any size and any number of tenants. Rows are looked up one
 * key after the other; `OFFSET 0` keeps the planner from doing it in another way (ADR 0030).
 * Statements that do not wait for each other's answers go out together and run in the order in which they are written here.
 */
@Injectable()
export class SqlDetectionStore implements DetectionStore {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async openEnrollments(contacts: readonly ContactKey[], tenantIds: readonly string[]): Promise<OpenEnrollment[]> {
    const distinct = [
      ...new Map(contacts.map((contact) => [`${contact.tenantId} ${contact.contactId}`, contact])).values(),
    ];
    const [, rows] = await Promise.all([
      this.db.narrow(tenantIds, SETTINGS),
      this.db.prepared<EnrollmentRow>(
        `SELECT e.id, k.tenant_id, e.workflow_id, k.contact_id, e.enrolled_at
         FROM unnest($1::uuid[], $2::text[]) AS k (tenant_id, contact_id),
         LATERAL (SELECT id FROM contacts WHERE tenant_id = k.tenant_id AND external_id = k.contact_id OFFSET 0) c,
         LATERAL (SELECT id, workflow_id, enrolled_at FROM workflow_enrollments
                  WHERE tenant_id = k.tenant_id AND contact_id = c.id AND status = 'active' OFFSET 0) e`,
        [uuids(distinct.map(({ tenantId }) => tenantId)), texts(distinct.map(({ contactId }) => contactId))],
      ),
    ]);
    return rows.map((row) => ({
      id: row.id,
      tenantId: row.tenant_id,
      workflowId: row.workflow_id,
      contactId: row.contact_id,
      enrolledAt: new Date(row.enrolled_at),
      achievedGoalIds: new Set<string>(),
    }));
  }

  async hold(candidates: readonly OpenEnrollment[]): Promise<Held> {
    const tenants = uuids(candidates.map(({ tenantId }) => tenantId));
    const workflowIds = uuids(candidates.map(({ workflowId }) => workflowId));
    const enrollmentIds = uuids(candidates.map(({ id }) => id));
    // Each statement sees what was committed when its own turn came: the last one after all locks were granted.
    const [held, rows] = await Promise.all([
      this.db.prepared<{ id: string }>(HOLD, [tenants, workflowIds, enrollmentIds]),
      this.db.prepared<GoalOrAchieved>(TRUTH, [tenants, workflowIds, enrollmentIds]),
    ]);
    const ids = new Set(held.map(({ id }) => id));
    const goals = rows.filter((row) => row.enrollment_id === null && ids.has(row.workflow_id));
    const enrollments = candidates.filter(({ id }) => ids.has(id));
    return { workflows: workflowsOf(goals), enrollments: withAchieved(enrollments, rows) };
  }

  async record(decisions: readonly NamedDecision[]): Promise<void> {
    const now = this.clock.now().toISOString();
    const exits = decisions.flatMap(exitOf);
    for (const { enrollment } of decisions) this.db.changed(enrollment.tenantId, [figuresOf(enrollment.workflowId)]);
    this.db.announce();
    const [achieved, exited] = await Promise.all([
      this.insertAchievements(decisions, now),
      exits.length > 0 ? this.exit(exits, now) : [],
    ]);
    const told = [...achieved.map(achievementTold), ...exited.map((row) => exitTold(row, now))];
    this.journal.writeAtCommit(
      told.map(({ audit }) => audit),
      told.map(({ fact }) => fact),
    );
    // Last of all: they are rows that others wait for.
    addToGoalTimes(this.db, exited.map(goalTimeOf));
    addToCounters(this.db, countersOf(achieved, exited, now));
  }

  async credited(events: readonly EventKey[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.prepared<{ tenant_id: string; event_id: string }>(
      `SELECT k.tenant_id, k.event_id FROM unnest($1::uuid[], $2::text[]) AS k (tenant_id, event_id),
       LATERAL (SELECT tenant_id FROM workflow_goal_achievements WHERE event_id = k.event_id OFFSET 0) a
       WHERE a.tenant_id = k.tenant_id`,
      [uuids(events.map(({ tenantId }) => tenantId)), texts(events.map(({ eventId }) => eventId))],
    );
    return new Set(rows.map((row) => keyOf({ tenantId: row.tenant_id, eventId: row.event_id })));
  }

  /** The tenant is the event's own, so that the composite keys refuse a decision that has mixed tenants up. */
  private async insertAchievements(decisions: readonly NamedDecision[], now: string): Promise<Achieved[]> {
    const all = decisions.flatMap(achievementsOf);
    const achievements = new Map(all.map((one) => [one.id, one]));
    const rows = await this.db.prepared<{ id: string; first_of_type: boolean }>(ACHIEVE, [
      now,
      ...achievementColumns(all),
    ]);
    return rows.map((row) => {
      const { id, enrollment, reached, achievedAt } = known(achievements, row.id);
      return { id, enrollment, reached, achievedAt, isFirstOfType: row.first_of_type };
    });
  }

  private async exit(exits: readonly Exit[], now: string): Promise<Exited[]> {
    const tenants = uuids(exits.map(({ enrollment }) => enrollment.tenantId));
    const ids = uuids(exits.map(({ enrollment }) => enrollment.id));
    const rows = await this.db.prepared<EndedRow | CancelledRow>(END, [tenants, ids, now]);
    const ended: EndedRow[] = [];
    const actions = new Map<string, number>();
    for (const row of rows)
      if (row.id !== null) ended.push(row);
      else actions.set(row.enrollment_id, (actions.get(row.enrollment_id) ?? 0) + 1);
    const exitOfEnrollment = new Map(exits.map((exit) => [exit.enrollment.id, exit]));
    return ended.map(({ id, time_to_goal_ms, achieved_at }) => {
      const { enrollment, last } = known(exitOfEnrollment, id);
      const cancelledActions = actions.get(id) ?? 0;
      return { enrollment, last, timeToGoalMs: time_to_goal_ms, achievedAt: achieved_at, cancelledActions };
    });
  }
}

const known = <T>(all: ReadonlyMap<string, T>, id: string): T => {
  const one = all.get(id);
  if (one === undefined) throw new Error(`the database answers with a row that it was not asked for: ${id}`);
  return one;
};

const withAchieved = (enrollments: readonly OpenEnrollment[], rows: readonly GoalOrAchieved[]): OpenEnrollment[] => {
  const achieved = new Map<string, Set<string>>();
  for (const { id, enrollment_id } of rows) {
    if (enrollment_id === null) continue;
    achieved.set(enrollment_id, (achieved.get(enrollment_id) ?? new Set()).add(id));
  }
  return enrollments.map((enrollment) => ({
    ...enrollment,
    achievedGoalIds: achieved.get(enrollment.id) ?? new Set(),
  }));
};

/**
 * For the rest of the transaction. A plan made while a table was empty reads all of it, and is kept while it fills (ADR 0030):
 * one plan for all values from the first execution on, which looks up by index however small the table is.
 */
const SETTINGS = { lock_timeout: '200ms', enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan' };

/** The active goals of workflows, and what enrollments have achieved. */
const TRUTH = `SELECT ${ACTIVE_GOAL}, NULL::uuid AS enrollment_id
  FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[])) AS k (tenant_id, workflow_id),
  LATERAL (SELECT goal_logic FROM workflows WHERE tenant_id = k.tenant_id AND id = k.workflow_id OFFSET 0) w,
  LATERAL (SELECT * FROM workflow_goals WHERE tenant_id = k.tenant_id AND workflow_id = k.workflow_id
           AND is_active AND deleted_at IS NULL AND active_since IS NOT NULL OFFSET 0) g
  UNION ALL
  SELECT a.workflow_goal_id, k.tenant_id, a.workflow_id, a.goal_type, NULL, NULL, NULL, NULL, NULL, k.enrollment_id
  FROM unnest($1::uuid[], $3::uuid[]) AS k (tenant_id, enrollment_id),
  LATERAL (SELECT workflow_goal_id, workflow_id, goal_type FROM workflow_goal_achievements
           WHERE tenant_id = k.tenant_id AND enrollment_id = k.enrollment_id OFFSET 0) a`;

/** Each key once, in the order in which everybody takes locks: a locking sub-select runs for one key after the other. */
const inOrder = (ids: string): string =>
  `(SELECT DISTINCT * FROM unnest($1::uuid[], ${ids}::uuid[]) AS u (tenant_id, id) ORDER BY id) AS k`;

/** First the workflows, then the enrollments, as everybody does; answers which of either are still active. */
const HOLD = `
  SELECT w.id FROM ${inOrder('$2')},
  LATERAL (SELECT id, status, deleted_at FROM workflows WHERE tenant_id = k.tenant_id AND id = k.id OFFSET 0 FOR SHARE) w
  WHERE w.status = 'active' AND w.deleted_at IS NULL
  UNION ALL
  SELECT e.id FROM ${inOrder('$3')},
  LATERAL (SELECT id, status FROM workflow_enrollments WHERE tenant_id = k.tenant_id AND id = k.id OFFSET 0 FOR UPDATE) e
  WHERE e.status = 'active'`;

/** Answers what was written; of which it is the first of its type for the enrollment, as all were before this statement. */
const ACHIEVE = `
  INSERT INTO workflow_goal_achievements AS a (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type,
    achieved_at, recorded_at, event_id, trigger_event, metadata)
  SELECT d.tenant_id, d.id, e.workflow_id, d.enrollment_id, e.contact_id, d.workflow_goal_id, d.goal_type, d.achieved_at, $1,
    d.event_id, d.trigger_event, CASE WHEN d.source IS NULL THEN '{}' ELSE jsonb_build_object('source', d.source) END
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::text[], $9::jsonb[], $10::text[])
    AS d (tenant_id, id, enrollment_id, workflow_goal_id, goal_type, achieved_at, event_id, trigger_event, source),
  LATERAL (SELECT workflow_id, contact_id FROM workflow_enrollments WHERE tenant_id = d.tenant_id AND id = d.enrollment_id OFFSET 0) e
  ON CONFLICT (tenant_id, enrollment_id, workflow_goal_id) DO NOTHING
  RETURNING id, (SELECT p.id FROM workflow_goal_achievements p WHERE p.tenant_id = a.tenant_id
    AND p.enrollment_id = a.enrollment_id AND p.goal_type = a.goal_type LIMIT 1) IS NULL AS first_of_type`;

/**
 * Ends the enrollments, each at the latest of its achievements, and cancels what is left of them; a wait whose time has come is
 * finished, not cancelled. Answers a row for each that has ended and one for each action that is cancelled: counting those here would
 * be a join that no planner knows the size of.
 */
const END = `
  WITH ended AS (
    UPDATE workflow_enrollments e SET status = 'completed_goal', exited_at = $3, exit_reason = 'goal_achieved',
      time_to_goal_ms = round(extract(epoch FROM l.achieved_at - e.enrolled_at) * 1000)
    FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id),
    LATERAL (SELECT max(achieved_at) AS achieved_at FROM workflow_goal_achievements
             WHERE tenant_id = k.tenant_id AND enrollment_id = k.id) l
    WHERE e.tenant_id = k.tenant_id AND e.id = k.id AND (e.status = 'active') IS TRUE
    RETURNING e.tenant_id, e.id, e.time_to_goal_ms, l.achieved_at
  ), stopped AS (
    UPDATE workflow_pending_actions a SET
      status = CASE WHEN ${isFinished('a', '$3')} THEN 'completed' ELSE 'cancelled' END,
      finished_at = CASE WHEN ${isFinished('a', '$3')} THEN a.scheduled_at ELSE $3 END
    FROM ended k
    WHERE a.tenant_id = k.tenant_id AND a.enrollment_id = k.id AND a.status IN ('pending', 'claimed')
    RETURNING a.enrollment_id, a.status
  )
  SELECT id, time_to_goal_ms, achieved_at, NULL::uuid AS enrollment_id FROM ended
  UNION ALL
  SELECT NULL, NULL, NULL, enrollment_id FROM stopped WHERE status = 'cancelled'`;
