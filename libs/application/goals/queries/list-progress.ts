import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { BUCKETS, rangeFaults } from '#domain/goals/progress-buckets';
import { listing, type Page, type PageRequest } from '#application/shared/listing';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { progressEntryView, type ProgressEntryView } from '#application/goals/progress-views';

/** With `bucket` it is no list that is asked for, but `GetProgressSeries`. */
export const progressListing = listing({
  item: progressEntryView,
  sortable: ['effective_at', 'recorded_at'],
  filters: {
    from: { kind: 'time', one: true },
    to: { kind: 'time', one: true },
    bucket: { kind: { oneOf: BUCKETS }, one: true },
  },
});

export class ListProgress extends Query<Result<Page<ProgressEntryView>>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly page: PageRequest,
    /** Bounds of `effective_at`, both included. */
    readonly range: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  ) {
    super();
  }
}

@QueryHandler(ListProgress)
export class ListProgressHandler {
  constructor(
    private readonly goals: GoalReadModel,
    private readonly history: ProgressReadModel,
  ) {}

  async execute({ actor, goalId, page, range }: ListProgress): Promise<Result<Page<ProgressEntryView>>> {
    if (!actor.may('goal:read')) return err(forbidden('goal:read'));
    const inOrder = rangeFaults(range.from, range.to);
    if (!inOrder.ok) return inOrder;
    if (!(await this.goals.goal(actor.tenantId, goalId))) return err(missing('goal'));
    return ok(await this.history.entries(actor.tenantId, goalId, page));
  }
}
