import type { Page, PageRequest } from '#application/shared/listing';
import type { MeView, UserView } from '#application/identity/views';

export abstract class IdentityReadModel {
  abstract me(tenantId: string, userId: string): Promise<Omit<MeView, 'permissions'> | undefined>;

  abstract user(tenantId: string, id: string): Promise<UserView | undefined>;

  abstract users(tenantId: string, request: PageRequest): Promise<Page<UserView>>;
}
