import type { MeView } from '#application/identity/views';

export abstract class IdentityReadModel {
  abstract me(tenantId: string, userId: string): Promise<Omit<MeView, 'permissions'> | undefined>;
}
