import type { Page, PageRequest } from '#application/shared/listing';
import type { ApiKeyView } from '#application/identity/views';

export interface NewApiKey {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly secretHash: Uint8Array;
  readonly expiresAt: Date | null;
}

export abstract class ApiKeys {
  abstract add(key: NewApiKey): Promise<void>;

  abstract find(tenantId: string, id: string): Promise<ApiKeyView | undefined>;

  abstract page(tenantId: string, request: PageRequest): Promise<Page<ApiKeyView>>;

  /** False when there is none, or it is revoked already. */
  abstract revoke(tenantId: string, id: string): Promise<boolean>;
}
