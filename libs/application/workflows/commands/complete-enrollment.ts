import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { notOpen } from '#domain/workflows/enrollment';
import type { EnrollmentView } from '#application/workflows/enrollment-views';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';

/** Says that an enrollment has run its course, for an engine that keeps its steps to itself (SPEC 4.4). */
export class CompleteEnrollment extends Command<Result<EnrollmentView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(CompleteEnrollment)
export class CompleteEnrollmentHandler {
  constructor(
    private readonly endings: EnrollmentEndings,
    private readonly shown: EnrollmentReadModel,
  ) {}

  async execute({ actor, id }: CompleteEnrollment): Promise<Result<EnrollmentView>> {
    if (!actor.may('enrollment:update')) return err(forbidden('enrollment:update'));
    const ended = await this.endings.end(actor.tenantId, { ids: [id] }, { status: 'completed', reason: null });
    const [enrollment] = await this.shown.enrollments(actor.tenantId, [id]);
    if (!enrollment) return err(missing('enrollment'));
    return ended > 0 ? ok(enrollment) : err(notOpen);
  }
}
