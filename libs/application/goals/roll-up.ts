import { countsTasks } from '#domain/goals/roll-up';
import { rollUpPaths, UNREPORTED, type PathGoal, type RightBelow } from '#domain/goals/roll-up-path';
import type { Clock } from '#application/shared/tools';
import type { GoalContributors } from '#application/goals/contract';
import type { GoalTree } from '#application/goals/ports/goal-tree';
import type { ProgressStore } from '#application/goals/ports/progress-store';

/**
 * Keeps the progress of goals equal to what it is worked out from, whatever their status: that of a manual goal to its current
 * entry, that of any other to what rolls up from right below it (SPEC 5, *Progress*).
 */
export class RollUp {
  constructor(
    private readonly tree: GoalTree,
    private readonly progress: ProgressStore,
    private readonly contributors: GoalContributors,
    private readonly clock: Clock,
  ) {}

  /**
   * Shares the tree and holds these goals with everything above them. To be asked before the row of a goal is written by a
   * change that ends in `along`: a row that is held while its root is waited for would be a deadlock with reports below it.
   * Answers what is held, roots first.
   */
  async hold(tenantId: string, goalIds: readonly string[]): Promise<PathGoal[]> {
    await this.tree.share(tenantId);
    return this.progress.hold(tenantId, goalIds);
  }

  /**
   * Works out these goals and everything above them, after a change of their entries, source, weight, status, parent or of
   * whether they are deleted, or of their tasks. A goal that has left a parent is not above it any more: name that parent too.
   */
  async along(tenantId: string, goalIds: readonly string[]): Promise<void> {
    if (goalIds.length === 0) return;
    const path = await this.progress.hold(tenantId, goalIds);
    if (path.length === 0) return;
    const named = new Set(goalIds);
    const manual = path.filter(({ id, progressSource }) => progressSource === 'manual' && named.has(id));
    const reported = await this.progress.currentOf(tenantId, manual.map(idOf));
    const current = new Map(manual.map(({ id }) => [id, reported.get(id) ?? UNREPORTED]));
    const now = this.clock.now();
    const changes = rollUpPaths(path, await this.rightBelow(tenantId, path), current, now);
    if (changes.length > 0) await this.progress.record(tenantId, changes, now);
  }

  /** After the goals are held: whoever changes tasks works out their goals behind it, so no change is missed. */
  private async rightBelow(tenantId: string, path: readonly PathGoal[]): Promise<RightBelow> {
    const children = await this.progress.childrenOf(tenantId, path.map(idOf));
    const withTasks = path.filter(countsTasks).map(idOf);
    return { children, tasks: withTasks.length > 0 ? await this.contributors.tasksOf(tenantId, withTasks) : [] };
  }
}

const idOf = ({ id }: { readonly id: string }): string => id;
