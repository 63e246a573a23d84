import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { criticalPath, type CriticalPath } from '#domain/tasks/critical-path';
import { FindGoalStanding } from '#application/goals/contract';
import { Door } from '#application/shared/door';
import { GoalSchedule, type OpenTask } from '#application/tasks/ports/goal-schedule';
import type { CriticalPathView } from '#application/tasks/schedule-views';

/** What of the open tasks of a goal, and of those they wait for elsewhere, takes longest, and what leeway the others have. */
export class GetCriticalPath extends Query<Result<CriticalPathView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
  ) {
    super();
  }
}

@QueryHandler(GetCriticalPath)
export class GetCriticalPathHandler {
  constructor(
    private readonly door: Door,
    private readonly schedule: GoalSchedule,
  ) {}

  async execute({ actor, goalId }: GetCriticalPath): Promise<Result<CriticalPathView>> {
    if (!actor.may('task:read')) return err(forbidden('task:read'));
    const goal = await this.door.send(new FindGoalStanding(actor, goalId));
    if (!goal.ok) return goal;
    if (!goal.value) return err(missing('goal'));
    return ok(shown(goalId, criticalPath(await this.schedule.openTasks(actor.tenantId, goalId))));
  }
}

const shown = (goalId: string, found: CriticalPath<OpenTask>): CriticalPathView => ({
  goal_id: goalId,
  total_hours: found.totalHours,
  path: found.path,
  tasks: found.tasks.map(({ task, ...slot }) => ({
    id: task.id,
    goal_id: task.goalId,
    title: task.title,
    status: task.status,
    estimated_hours: task.estimatedHours,
    earliest_start: slot.earliestStart,
    earliest_finish: slot.earliestFinish,
    latest_start: slot.latestStart,
    latest_finish: slot.latestFinish,
    slack_hours: slot.slack,
    is_critical: slot.isCritical,
  })),
  without_estimate: found.withoutEstimate,
});
