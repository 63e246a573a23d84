import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import { ApiKeys } from '#application/identity/ports/api-keys';
import type { ApiKeyView } from '#application/identity/views';

export class ListApiKeys extends Query<Result<Page<ApiKeyView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListApiKeys)
export class ListApiKeysHandler {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ actor, page }: ListApiKeys): Promise<Result<Page<ApiKeyView>>> {
    if (!actor.may('api_key:read')) return err(forbidden('api_key:read'));
    return ok(await this.keys.page(actor.tenantId, page));
  }
}
