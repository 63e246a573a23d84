import { QueryHandler } from '@nestjs/cqrs';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { ListGoalsGoneOffTrack, type GoalOffTrack } from '#application/goals/contract';
import { GoalWatch } from '#application/goals/ports/goal-watch';

@QueryHandler(ListGoalsGoneOffTrack)
export class ListGoalsGoneOffTrackHandler {
  constructor(private readonly watch: GoalWatch) {}

  async execute({ actor, since, now }: ListGoalsGoneOffTrack): Promise<Result<readonly GoalOffTrack[]>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    return ok(await this.watch.goneOffTrack(actor.tenantId, since, now));
  }
}
