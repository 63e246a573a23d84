import { Command, CommandHandler } from '@nestjs/cqrs';
import { scopeFaults } from '#domain/identity/scopes';
import { apiKeyText } from '#domain/identity/secret-text';
import type { Actor } from '#domain/shared/actor';
import { fault, forbidden, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import { ApiKeys } from '#application/identity/ports/api-keys';
import { Secrets } from '#application/identity/ports/secrets';
import type { NewApiKeyView } from '#application/identity/views';

/** Makes a key that acts in the caller's name, within its scopes. */
export class CreateApiKey extends Command<Result<NewApiKeyView>> {
  constructor(
    readonly actor: Actor,
    readonly asked: { readonly name: string; readonly scopes: readonly string[]; readonly expiresAt: Date | null },
  ) {
    super();
  }
}

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler {
  constructor(
    private readonly keys: ApiKeys,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, asked }: CreateApiKey): Promise<Result<NewApiKeyView>> {
    const { tenantId, userId: createdBy } = actor;
    if (!actor.may('api_key:create') || createdBy === null) return err(forbidden('api_key:create'));
    const isOver = asked.expiresAt !== null && asked.expiresAt <= this.clock.now();
    const faults = [
      ...scopeFaults(asked.scopes, actor),
      ...(isOver ? [fault('/expires_at', 'in-the-past', 'This time has passed.')] : []),
    ];
    if (faults.length > 0) return err(invalid(faults));
    const [id, secret] = [this.ids.next(), this.secrets.make()];
    await this.keys.add({ ...asked, tenantId, id, createdBy, secretHash: this.secrets.hashOf(secret) });
    const key = existing((await this.keys.find(tenantId, id)) ?? null);
    return ok({ ...key, key: apiKeyText({ tenantId, id, secret }) });
  }
}
