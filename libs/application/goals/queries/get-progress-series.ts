import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { readBuckets, type Bucket } from '#domain/goals/progress-buckets';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import type { ProgressSeriesView } from '#application/goals/progress-views';

/** How far a goal had come at the end of each day, week or month (SPEC 5, *Progress*). */
export class GetProgressSeries extends Query<Result<ProgressSeriesView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly bucket: Bucket,
    readonly range: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  ) {
    super();
  }
}

@QueryHandler(GetProgressSeries)
export class GetProgressSeriesHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly history: ProgressReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, goalId, bucket, range }: GetProgressSeries): Promise<Result<ProgressSeriesView>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const spans = readBuckets(bucket, range, this.clock.now());
    if (!spans.ok) return spans;
    if (!(await this.goals.goal(actor.tenantId, goalId))) return err(missing('goal'));
    return ok({ bucket, items: await this.history.series(actor.tenantId, goalId, spans.value) });
  }
}
