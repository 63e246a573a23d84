import { Command, CommandHandler } from '@nestjs/cqrs';
import { settingsFaults } from '#domain/identity/settings';
import type { Actor } from '#domain/shared/actor';
import { forbidden, invalid } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { mergePatch } from '#domain/shared/merge-patch';
import { err, ok, type Result } from '#domain/shared/result';
import { Tenants } from '#application/identity/ports/tenants';
import type { TenantView } from '#application/identity/views';

export interface TenantEdit {
  readonly name?: string;
  readonly settings?: JsonObject;
}

/** Changes the name of the caller's tenant, or some of its settings; the last change of each wins. */
export class EditTenant extends Command<Result<TenantView>> {
  constructor(
    readonly actor: Actor,
    readonly edit: TenantEdit,
  ) {
    super();
  }
}

@CommandHandler(EditTenant)
export class EditTenantHandler {
  constructor(private readonly tenants: Tenants) {}

  async execute({ actor, edit }: EditTenant): Promise<Result<TenantView>> {
    if (!actor.may('tenant:update')) return err(forbidden('tenant:update'));
    const before = await this.tenants.find(actor.tenantId, 'hold');
    const settings = mergePatch(before.settings, edit.settings ?? {});
    const faults = edit.settings ? settingsFaults(settings) : [];
    if (faults.length > 0) return err(invalid(faults));
    await this.tenants.save(before, edit.name ?? before.name, settings);
    return ok(await this.tenants.find(actor.tenantId));
  }
}
