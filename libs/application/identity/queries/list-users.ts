import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { Page, PageRequest } from '#application/shared/listing';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import type { UserView } from '#application/identity/views';

export class ListUsers extends Query<Result<Page<UserView>>> {
  constructor(
    readonly actor: Actor,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListUsers)
export class ListUsersHandler {
  constructor(private readonly shown: IdentityReadModel) {}

  async execute({ actor, page }: ListUsers): Promise<Result<Page<UserView>>> {
    if (!actor.may('user:read')) return err(forbidden('user:read'));
    return ok(await this.shown.users(actor.tenantId, page));
  }
}
