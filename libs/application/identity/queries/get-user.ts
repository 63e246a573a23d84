import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import type { UserView } from '#application/identity/views';

export class GetUser extends Query<Result<UserView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetUser)
export class GetUserHandler {
  constructor(private readonly shown: IdentityReadModel) {}

  async execute({ actor, id }: GetUser): Promise<Result<UserView>> {
    if (!actor.may('user:read')) return err(forbidden('user:read'));
    const user = await this.shown.user(actor.tenantId, id);
    return user ? ok(user) : err(missing('user'));
  }
}
