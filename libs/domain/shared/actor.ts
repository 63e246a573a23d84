import { PERMISSIONS_OF, type Permission, type Role } from '#domain/shared/permissions';

/**
 * Who acts: a member of a tenant, an API key in the name of the member who made it, or the service itself (`userId: null`).
 * Every command and query names one.
 */
export class Actor {
  private constructor(
    /** The tenants this actor may touch: exactly one, but for the system actor of a detection batch. */
    readonly tenantIds: readonly string[],
    readonly userId: string | null,
    private readonly permissions: ReadonlySet<Permission>,
    /** The API key that acts for the member; `null` when they do so themselves. */
    readonly keyId: string | null = null,
    /** The session by whose token the member came in; `null` when it was another token. */
    readonly sessionId: string | null = null,
    /** Of the member who acts, or in whose name a key does. */
    readonly role: Role | null = null,
  ) {}

  static member(tenantId: string, userId: string, role: Role, sessionId: string | null = null): Actor {
    return new Actor([tenantId], userId, PERMISSIONS_OF[role], null, sessionId, role);
  }

  /** A key of a member, who has the role given: it may do what is in its scopes, and what they may do themselves. */
  static key(tenantId: string, keyId: string, makerId: string, role: Role, scopes: readonly string[]): Actor {
    const permissions = [...PERMISSIONS_OF[role]].filter((permission) => scopes.includes(permission));
    return new Actor([tenantId], makerId, new Set(permissions), keyId, null, role);
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

  /** As whom the audit log names the actor: a key as itself. */
  get auditId(): string | null {
    return this.keyId ?? this.userId;
  }

  may(permission: Permission): boolean {
    return this.permissions.has(permission);
  }
}
