import type { Changes } from '#domain/shared/changes';
import type { GoalState } from '#domain/goals/goal';
import { idsOf } from '#domain/goals/goal-path';
import type { Progress } from '#domain/goals/percentage';
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
import type { InMemoryRows } from './in-memory-rows';

export interface StoredEntry {
  readonly id: string;
  readonly tenantId: string;
  readonly goalId: string;
  readonly origin: 'reported' | 'rolled_up';
  readonly progress: Progress | null;
  readonly notes: string | null;
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  readonly recordedBy: string | null;
  readonly corrects: string | null;
}

/** The progress of goals that are kept in memory, and its history. */
export class InMemoryProgress implements ProgressStore {
  readonly entries: StoredEntry[] = [];
  /** What each report has changed. */
  readonly audited: Changes[] = [];
  /** The goals that were held, in order, each time. */
  readonly held: string[][] = [];

  constructor(
    private readonly goals: InMemoryRows<GoalState>,
    private readonly nextId: () => string,
    private readonly userId: () => string | null = () => null,
  ) {}

  async hold(tenantId: string, goalIds: readonly string[]): Promise<PathGoal[]> {
    const mine = this.goals.all.filter((goal) => goal.tenantId === tenantId);
    const ids = new Set(mine.filter(({ id }) => goalIds.includes(id)).flatMap(({ path }) => idsOf(path)));
    const path = mine
      .filter(({ id, deletedAt }) => ids.has(id) && deletedAt === null)
      .sort((one, other) => one.path.length - other.path.length || (one.id < other.id ? -1 : 1));
    this.held.push(path.map(({ id }) => id));
    return path;
  }

  async report(tenantId: string, goal: PathGoal, entry: NewEntry): Promise<void> {
    this.entries.push({ ...entry, tenantId, goalId: goal.id, origin: 'reported', recordedBy: this.userId() });
    const after = (await this.currentOf(tenantId, [goal.id])).get(goal.id) ?? UNREPORTED;
    this.audited.push(reportedChanges(goal, after, entry));
  }

  async childrenOf(tenantId: string, goalIds: readonly string[]): Promise<ChildOf[]> {
    return this.goals.all.flatMap((goal) => {
      const { parentGoalId } = goal;
      const isChild = goal.tenantId === tenantId && goal.deletedAt === null;
      return isChild && parentGoalId !== null && goalIds.includes(parentGoalId) ? [{ ...goal, parentGoalId }] : [];
    });
  }

  async currentOf(tenantId: string, goalIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    const superseded = new Set(this.entries.map(({ corrects }) => corrects));
    const current = new Map<string, Standing>();
    const sorted = this.entries
      .filter((entry) => entry.tenantId === tenantId && goalIds.includes(entry.goalId) && !superseded.has(entry.id))
      .sort(inOrder);
    for (const { goalId, progress, notes, effectiveAt } of sorted)
      current.set(goalId, { progress, progressNotes: notes, lastProgressUpdate: effectiveAt });
    return current;
  }

  async record(tenantId: string, changes: readonly ProgressChange[], now: Date): Promise<void> {
    for (const change of changes) {
      const { goal, next, entered } = change;
      const stored = this.goals.all.find(({ id }) => id === goal.id);
      if (stored) this.goals.put({ ...stored, ...next });
      if (entered) this.enter({ tenantId, goalId: goal.id, progress: next.progress, at: now });
      const fact = progressedFact(change);
      if (fact) this.goals.told.push(fact);
    }
  }

  private enter({
    tenantId,
    goalId,
    progress,
    at,
  }: {
    tenantId: string;
    goalId: string;
    progress: Progress | null;
    at: Date;
  }) {
    const none = { notes: null, corrects: null, effectiveAt: at, recordedAt: at, recordedBy: this.userId() };
    this.entries.push({ id: this.nextId(), tenantId, goalId, origin: 'rolled_up', progress, ...none });
  }
}

/** The last of them is the current one. */
export const inOrder = (one: StoredEntry, other: StoredEntry): number =>
  one.effectiveAt.getTime() - other.effectiveAt.getTime() ||
  one.recordedAt.getTime() - other.recordedAt.getTime() ||
  (one.id < other.id ? -1 : 1);
