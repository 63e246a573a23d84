import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';

/**
 * Completes those of the enrollments that have nothing left but waits that are over; a paused workflow's go on after
 * re-activation (SPEC 4.1, 4.4). Answers how many.
 */
export class CompleteElapsedWaits extends Command<Result<number>> {
  constructor(
    readonly actor: Actor,
    readonly enrollmentIds: readonly string[],
  ) {
    super();
  }
}

@CommandHandler(CompleteElapsedWaits)
export class CompleteElapsedWaitsHandler {
  constructor(private readonly endings: EnrollmentEndings) {}

  async execute({ actor, enrollmentIds }: CompleteElapsedWaits): Promise<Result<number>> {
    if (!actor.may('enrollment:update')) return err(forbidden('enrollment:update'));
    const which = { ids: enrollmentIds, allStepsFinished: true, inActiveWorkflow: true } as const;
    return ok(await this.endings.end(actor.tenantId, which, { status: 'completed', reason: null }));
  }
}
