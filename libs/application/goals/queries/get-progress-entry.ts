import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import type { ProgressEntryView } from '#application/goals/progress-views';

/** One entry of a goal's history. */
export class GetProgressEntry extends Query<Result<ProgressEntryView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetProgressEntry)
export class GetProgressEntryHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly history: ProgressReadModel,
  ) {}

  async execute({ actor, goalId, id }: GetProgressEntry): Promise<Result<ProgressEntryView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    if (!(await this.goals.goal(actor.tenantId, goalId))) return err(missing('goal'));
    const entry = await this.history.entry(actor.tenantId, goalId, id);
    return entry ? ok(entry) : err(missing('goal_progress'));
  }
}
