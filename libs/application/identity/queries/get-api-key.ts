import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { ApiKeys } from '#application/identity/ports/api-keys';
import type { ApiKeyView } from '#application/identity/views';

export class GetApiKey extends Query<Result<ApiKeyView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetApiKey)
export class GetApiKeyHandler {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ actor, id }: GetApiKey): Promise<Result<ApiKeyView>> {
    if (!actor.may('api_key:read')) return err(forbidden('api_key:read'));
    const key = await this.keys.find(actor.tenantId, id);
    return key ? ok(key) : err(missing('api_key'));
  }
}
