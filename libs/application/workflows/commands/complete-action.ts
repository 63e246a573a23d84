import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { completeAction } from '#domain/workflows/pending-action';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import type { PendingActionView } from '#application/workflows/enrollment-views';
import { EnrollmentEndings } from '#application/workflows/ports/enrollment-endings';
import { EnrollmentReadModel } from '#application/workflows/ports/enrollment-read-model';
import { PendingActions } from '#application/workflows/ports/pending-actions';

/** An engine has carried a step out; the last one completes the enrollment (SPEC 4.4). */
export class CompleteAction extends Command<Result<PendingActionView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly token: string,
  ) {
    super();
  }
}

@CommandHandler(CompleteAction)
export class CompleteActionHandler {
  constructor(
    private readonly actions: PendingActions,
    private readonly endings: EnrollmentEndings,
    private readonly shown: EnrollmentReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, token }: CompleteAction): Promise<Result<PendingActionView>> {
    if (!actor.may('action:execute')) return err(forbidden('action:execute'));
    const { tenantId } = actor;
    const action = await this.actions.hold(tenantId, id);
    if (!action) return err(missing('pending_action'));
    const completed = completeAction(action, token, this.clock.now());
    if (!completed.ok) return completed;
    if (completed.value !== action) {
      await this.actions.save(tenantId, completed.value);
      const which = { ids: [action.enrollmentId], allStepsFinished: true } as const;
      await this.endings.end(tenantId, which, { status: 'completed', reason: null });
    }
    return ok(existing(await this.shown.action(tenantId, id)));
  }
}
