import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { EnrollmentCourseView } from '#application/workflows/enrollment-views';
import { timelineOf } from '#application/workflows/timeline';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';

/** An enrollment with its steps, its achievements and what happened when. */
export class GetEnrollment extends Query<Result<EnrollmentCourseView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetEnrollment)
export class GetEnrollmentHandler {
  constructor(private readonly shown: EnrollmentReadModel) {}

  async execute({ actor, id }: GetEnrollment): Promise<Result<EnrollmentCourseView>> {
    if (!actor.may('enrollment:read')) return err(forbidden('enrollment:read'));
    const [enrollment] = await this.shown.enrollments(actor.tenantId, [id]);
    if (!enrollment) return err(missing('enrollment'));
    const pending_actions = await this.shown.actions(actor.tenantId, id);
    const achievements = await this.shown.achievements(actor.tenantId, id);
    const timeline = timelineOf(enrollment, pending_actions, achievements);
    return ok({ ...enrollment, pending_actions, achievements, timeline });
  }
}
