import { PERMISSIONS_OF, type Permission, type Role } from '#domain/shared/permissions';

/** Who acts: a member of a tenant, or the service itself (`userId: null`). Every command and query names one. */
export class Actor {
  private constructor(
    /** The tenants this actor may touch: exactly one, but for the system actor of a detection batch. */
    readonly tenantIds: readonly string[],
    readonly userId: string | null,
    private readonly permissions: ReadonlySet<Permission>,
  ) {}

  static member(tenantId: string, userId: string, role: Role): Actor {
    return new Actor([tenantId], userId, PERMISSIONS_OF[role]);
  }

  /** The service at work for some tenants, with nothing but the permissions named. */
  static system(tenantIds: readonly string[], ...permissions: readonly Permission[]): Actor {
    return new Actor(tenantIds, null, new Set(permissions));
  }

  get tenantId(): string {
    const [only, ...others] = this.tenantIds;
    if (only === undefined || others.length > 0) throw new Error('this actor has no single tenant');
    return only;
  }

  may(permission: Permission): boolean {
    return this.permissions.has(permission);
  }
}
