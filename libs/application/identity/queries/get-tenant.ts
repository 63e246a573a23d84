import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Tenants } from '#application/identity/ports/tenants';
import type { TenantView } from '#application/identity/views';

/** The caller's own tenant. */
export class GetTenant extends Query<Result<TenantView>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@QueryHandler(GetTenant)
export class GetTenantHandler {
  constructor(private readonly tenants: Tenants) {}

  async execute({ actor }: GetTenant): Promise<Result<TenantView>> {
    if (!actor.may('tenant:read')) return err(forbidden('tenant:read'));
    return ok(await this.tenants.find(actor.tenantId));
  }
}
