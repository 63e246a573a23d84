import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { notOpen, readExitReason } from '#domain/workflows/enrollment';
import type { EnrollmentView } from '#application/workflows/enrollment-views';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';

/** Ends one open enrollment, with the caller's reason (default: `manual`); its unfinished actions are cancelled (SPEC 4.4). */
export class ExitEnrollment extends Command<Result<EnrollmentView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly reason?: string,
  ) {
    super();
  }
}

@CommandHandler(ExitEnrollment)
export class ExitEnrollmentHandler {
  constructor(
    private readonly endings: EnrollmentEndings,
    private readonly shown: EnrollmentReadModel,
  ) {}

  async execute({ actor, id, reason = 'manual' }: ExitEnrollment): Promise<Result<EnrollmentView>> {
    if (!actor.may('enrollment:update')) return err(forbidden('enrollment:update'));
    const read = readExitReason(reason);
    if (!read.ok) return read;
    const ended = await this.endings.end(actor.tenantId, { ids: [id] }, { status: 'exited', reason: read.value });
    const [enrollment] = await this.shown.enrollments(actor.tenantId, [id]);
    if (!enrollment) return err(missing('enrollment'));
    return ended > 0 ? ok(enrollment) : err(notOpen);
  }
}
