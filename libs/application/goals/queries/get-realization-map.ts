import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { RealizationMapView } from '#application/goals/link-views';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';

/** What a goal is linked with, counted, and how far it is realized (SPEC 5, *Realization map*). */
export class GetRealizationMap extends Query<Result<RealizationMapView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
  ) {
    super();
  }
}

@QueryHandler(GetRealizationMap)
export class GetRealizationMapHandler {
  constructor(private readonly links: GoalLinkReadModel) {}

  async execute({ actor, goalId }: GetRealizationMap): Promise<Result<RealizationMapView>> {
    if (!actor.may('realization:read')) return err(forbidden('realization:read'));
    const map = await this.links.realizationMap(actor.tenantId, goalId);
    return map ? ok(map) : err(missing('goal'));
  }
}
