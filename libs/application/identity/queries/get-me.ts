import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { missing } from '#domain/shared/errors';
import { PERMISSIONS } from '#domain/shared/permissions';
import { err, ok, type Result } from '#domain/shared/result';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import type { MeView } from '#application/identity/views';

/** Who the caller is, and what they may do. */
export class GetMe extends Query<Result<MeView>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@QueryHandler(GetMe)
export class GetMeHandler {
  constructor(private readonly shown: IdentityReadModel) {}

  async execute({ actor }: GetMe): Promise<Result<MeView>> {
    const me = actor.userId === null ? undefined : await this.shown.me(actor.tenantId, actor.userId);
    if (!me) return err(missing('user'));
    return ok({
      ...me,
      role: actor.role ?? me.role,
      permissions: PERMISSIONS.filter((permission) => actor.may(permission)).sort(),
    });
  }
}
