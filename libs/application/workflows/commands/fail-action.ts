import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { failAction, readActionError, type ActionFailure } from '#domain/workflows/pending-action';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import type { PendingActionView } from '#application/workflows/enrollment-views';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { PendingActions } from '#application/workflows/ports/pending-actions';

/** An engine could not carry a step out: it goes back until a time, or the enrollment fails with it (SPEC 4.4). */
export class FailAction extends Command<Result<PendingActionView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly token: string,
    readonly failure: ActionFailure,
  ) {
    super();
  }
}

@CommandHandler(FailAction)
export class FailActionHandler {
  constructor(
    private readonly actions: PendingActions,
    private readonly endings: EnrollmentEndings,
    private readonly shown: EnrollmentReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, token, failure }: FailAction): Promise<Result<PendingActionView>> {
    if (!actor.may('action:execute')) return err(forbidden('action:execute'));
    const read = readActionError(failure.error ?? '');
    if (!read.ok) return read;
    const { tenantId } = actor;
    const action = await this.actions.hold(tenantId, id);
    if (!action) return err(missing('pending_action'));
    const failed = failAction(action, token, failure, this.clock.now());
    if (!failed.ok) return failed;
    if (failed.value !== action) await this.actions.save(tenantId, failed.value);
    if (failed.value.status === 'failed') {
      await this.endings.end(tenantId, { ids: [action.enrollmentId] }, { status: 'failed', reason: null });
    }
    return ok(existing(await this.shown.action(tenantId, id)));
  }
}
