import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { ListenerRegistry, type WorkflowName } from '#application/workflows/ports/listener-registry';

/** Makes the registry say what holds for some workflows of the actor's tenants, and renews it (SPEC 4.6). */
export class RenewListeners extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly workflows: readonly WorkflowName[],
  ) {
    super();
  }
}

@CommandHandler(RenewListeners)
export class RenewListenersHandler {
  constructor(private readonly listeners: ListenerRegistry) {}

  async execute({ actor, workflows }: RenewListeners): Promise<Result<void>> {
    if (!actor.may('workflow_goal:read')) return err(forbidden('workflow_goal:read'));
    await this.listeners.renew(workflows);
    return done;
  }
}
