import { conflict } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import type { Goal } from '#domain/goals/goal';
import type { EndStatus } from '#domain/goals/transitions';
import type { OnChildren } from '#domain/goals/words';
import type { GoalDependants, NamedTask } from '#application/goals/contract';
import type { GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import type { GoalTree, NamedGoal } from '#application/goals/ports/goal-tree';

/** What hangs below a goal, goals and tasks alike, and what becomes of it with the goal (SPEC 5, *on_children*). */
export class Below {
  constructor(
    private readonly tree: GoalTree,
    private readonly subtrees: GoalSubtrees,
    private readonly dependants: GoalDependants,
  ) {}

  /** The board of tasks, for an ending; to be held before anything else (ADR 0049). */
  holdTasks(tenantId: string): Promise<void> {
    return this.dependants.hold(tenantId);
  }

  /** The board and, alone, the tree: for deletions and restorations. */
  async hold(tenantId: string): Promise<void> {
    await this.dependants.hold(tenantId);
    await this.tree.hold(tenantId);
  }

  /** Refuses with a list of what hangs right below, when there is any and the caller did not say what becomes of it. */
  async refuseOver({ state }: Goal, which: 'live' | 'open', onChildren: OnChildren): Promise<Result<void>> {
    if (onChildren !== 'refuse') return done;
    const children = await this.tree.childrenOf(state.tenantId, state.id, which);
    const tasks = await this.dependants.tasksUnder(state.tenantId, state.id, which);
    return children.length + tasks.length > 0 ? err(hangBelow(which, children, tasks)) : done;
  }

  /** Ends what is open below a goal that has ended, tasks of its own included, and answers the other goals that ended. */
  async end({ state: { tenantId, id, path } }: Goal, to: EndStatus, reason: string | null): Promise<string[]> {
    const ended = await this.subtrees.end(tenantId, path, { to, reason, withGoalId: id });
    const tasksTo = to === 'achieved' ? 'completed' : 'cancelled';
    await this.dependants.end(tenantId, [id, ...ended], tasksTo, id);
    return ended;
  }

  /** Hides with a goal what hangs below it, or leaves it to itself; answers the goals to be worked out for that. */
  async remove({ state }: Goal, deletionId: string, onChildren: OnChildren): Promise<readonly string[]> {
    const { tenantId, id, path } = state;
    if (onChildren === 'cascade') {
      const removed = await this.subtrees.remove(tenantId, path, deletionId);
      return this.dependants.remove(tenantId, [id, ...removed], deletionId, id);
    }
    if (onChildren === 'leave') {
      await this.subtrees.detach(tenantId, id, path);
      await this.dependants.detach(tenantId, id);
    }
    return [];
  }

  /** Brings back what the deletion of a goal took besides it, and answers the goals to be worked out for that. */
  async restore({ state: { tenantId, id } }: Goal, deletionId: string): Promise<string[]> {
    const restored = await this.subtrees.restore(tenantId, deletionId, id);
    return [...restored, ...(await this.dependants.restore(tenantId, deletionId, id))];
  }
}

const hangBelow = (which: 'live' | 'open', children: readonly NamedGoal[], tasks: readonly NamedTask[]) =>
  conflict(
    `goal.${which}-children`,
    `Goals or tasks ${which === 'open' ? 'that are open ' : ''}hang below it. Say with on_children what becomes of them: leave or cascade.`,
    { children, tasks },
  );
