import { Injectable } from '@nestjs/common';
import {
  progressedFact,
  UNREPORTED,
  type ChildOf,
  type PathGoal,
  type ProgressChange,
  type Standing,
} from '#domain/goals/roll-up-path';
import { reportedChanges, type NewEntry } from '#domain/goals/progress-history';
import type { ProgressStore } from '#application/goals/ports/progress-store';
import { Ids, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

type Timed<T> = Omit<T, 'lastProgressUpdate'> & { readonly lastProgressUpdate: string | null };

/** Rows are looked up one key after the other; `OFFSET 0` keeps the planner from doing it in another way (ADR 0030). */
@Injectable()
export class SqlProgressStore implements ProgressStore {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly ids: Ids,
    private readonly context: RequestContext,
  ) {}

  async hold(tenantId: string, goalIds: readonly string[]): Promise<PathGoal[]> {
    const rows = await this.db.prepared<Timed<PathGoal>>(HOLD_PATHS, [tenantId, goalIds]);
    return rows.map(withTime);
  }

  async report(tenantId: string, goal: PathGoal, entry: NewEntry): Promise<void> {
    const { id, progress, notes, effectiveAt, recordedAt, corrects } = entry;
    const { userId } = this.context.actor;
    const values = [tenantId, id, goal.id, progress, notes, effectiveAt, recordedAt, userId, corrects];
    await this.db.prepared(REPORT, values);
    const after = (await this.currentOf(tenantId, [goal.id])).get(goal.id) ?? UNREPORTED;
    const changes = reportedChanges(goal, after, entry);
    await this.journal.write([{ action: 'goal.progressed', entityType: 'goal', entityId: goal.id, changes }], []);
  }

  childrenOf(tenantId: string, goalIds: readonly string[]): Promise<ChildOf[]> {
    return this.db.prepared<ChildOf>(CHILDREN, [tenantId, goalIds]);
  }

  async currentOf(tenantId: string, goalIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    if (goalIds.length === 0) return new Map();
    const rows = await this.db.prepared<Timed<Standing> & { readonly goal: string }>(CURRENT, [tenantId, goalIds]);
    return new Map(rows.map(({ goal, ...standing }) => [goal, withTime(standing)]));
  }

  async record(tenantId: string, changes: readonly ProgressChange[], now: Date): Promise<void> {
    const next = changes.map((change) => change.next);
    this.db.changed(tenantId, ['goal', ...changes.map(({ goal }) => `goal:${goal.id}` as const)]);
    await this.db.prepared(WRITE, [
      tenantId,
      changes.map(({ goal }) => goal.id),
      next.map(({ progress }) => progress),
      next.map(({ progressNotes }) => progressNotes),
      next.map(({ lastProgressUpdate }) => lastProgressUpdate),
    ]);
    await this.enter(
      tenantId,
      changes.filter(({ entered }) => entered),
      now,
    );
    await this.journal.write(
      [],
      changes.flatMap((change) => progressedFact(change) ?? []),
    );
  }

  private async enter(tenantId: string, entered: readonly ProgressChange[], now: Date): Promise<void> {
    if (entered.length === 0) return;
    await this.db.prepared(ENTER, [
      tenantId,
      entered.map(() => this.ids.next()),
      entered.map(({ goal }) => goal.id),
      entered.map(({ next }) => next.progress),
      now,
      this.context.actor.userId,
    ]);
  }
}

const withTime = <T extends Timed<Standing>>(
  row: T,
): Omit<T, 'lastProgressUpdate'> & Pick<Standing, 'lastProgressUpdate'> => ({
  ...row,
  lastProgressUpdate: row.lastProgressUpdate === null ? null : new Date(row.lastProgressUpdate),
});

/** By (depth, id), the same for everybody. Other keys may go on pointing to what is held. */
export const HOLD_PATHS = `
  SELECT g.* FROM (
    SELECT step.id::uuid AS id, min(step.depth) AS depth
    FROM (SELECT DISTINCT unnest($2::uuid[]) AS id) named,
    LATERAL (SELECT path FROM goals WHERE tenant_id = $1 AND id = named.id OFFSET 0) own,
    LATERAL unnest(string_to_array(rtrim(own.path, '/'), '/')) WITH ORDINALITY AS step (id, depth)
    GROUP BY 1 ORDER BY 2, 1
  ) k,
  LATERAL (
    SELECT id, parent_goal_id AS "parentGoalId", path, name, goal_type AS "goalType", priority, owner_id AS "ownerId",
      status, version, progress_source AS "progressSource", task_weighting AS "taskWeighting", progress, progress_notes AS "progressNotes",
      last_progress_update AS "lastProgressUpdate"
    FROM goals WHERE tenant_id = $1 AND id = k.id AND deleted_at IS NULL OFFSET 0 FOR NO KEY UPDATE
  ) g`;

export const CHILDREN = `
  SELECT c.* FROM unnest($2::uuid[]) AS parent (id),
  LATERAL (
    SELECT id, parent_goal_id AS "parentGoalId", name, status, weight, progress
    FROM goals WHERE tenant_id = $1 AND parent_goal_id = parent.id AND deleted_at IS NULL OFFSET 0
  ) c ORDER BY c.name, c.id`;

/** The entry that corrects entry `p`; its `LIMIT` has it looked up for each row that is read. */
export const SUPERSEDED_BY = `(SELECT c.id FROM goal_progress c WHERE c.tenant_id = $1 AND c.corrects = p.id LIMIT 1)`;

/** The order of entries `p` in which the first that is not superseded is the current one. */
export const CURRENT_FIRST = 'p.effective_at DESC, p.recorded_at DESC, p.id DESC';

export const CURRENT = `
  SELECT goal.id AS goal, e.* FROM unnest($2::uuid[]) AS goal (id),
  LATERAL (
    SELECT p.progress, p.notes AS "progressNotes", p.effective_at AS "lastProgressUpdate" FROM goal_progress p
    WHERE p.tenant_id = $1 AND p.goal_id = goal.id
      AND ${SUPERSEDED_BY} IS NULL
    ORDER BY ${CURRENT_FIRST} LIMIT 1
  ) e`;

const REPORT = `
  INSERT INTO goal_progress (tenant_id, id, goal_id, origin, progress, notes, effective_at, recorded_at, recorded_by, corrects)
  VALUES ($1, $2, $3, 'reported', $4, $5, $6, $7, $8, $9)`;

const WRITE = `
  UPDATE goals g SET progress = w.progress, progress_notes = w.notes, last_progress_update = w.at
  FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::timestamptz[]) AS w (id, progress, notes, at)
  WHERE g.tenant_id = $1 AND g.id = w.id`;

const ENTER = `
  INSERT INTO goal_progress (tenant_id, id, goal_id, origin, progress, effective_at, recorded_at, recorded_by)
  SELECT $1, e.id, e.goal_id, 'rolled_up', e.progress, $5, $5, $6
  FROM unnest($2::uuid[], $3::uuid[], $4::integer[]) AS e (id, goal_id, progress)`;
