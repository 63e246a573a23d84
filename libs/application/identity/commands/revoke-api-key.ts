import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { ApiKeys } from '#application/identity/ports/api-keys';

/** Revokes a key for good: within a minute nothing takes it any more. */
export class RevokeApiKey extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ actor, id }: RevokeApiKey): Promise<Result<void>> {
    if (!actor.may('api_key:delete')) return err(forbidden('api_key:delete'));
    return (await this.keys.revoke(actor.tenantId, id)) ? done : err(missing('api_key'));
  }
}
