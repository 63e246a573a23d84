import type { JsonObject } from '#domain/shared/json';
import type { TenantView } from '#application/identity/views';

export abstract class Tenants {
  /** `hold`: nobody else changes it until the end of the transaction. */
  abstract find(tenantId: string, hold?: 'hold'): Promise<TenantView>;

  abstract save(before: TenantView, name: string, settings: JsonObject): Promise<void>;
}
