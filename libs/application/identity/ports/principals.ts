import type { Role } from '#domain/shared/permissions';

export interface KeyOf {
  /** Who made it, and as whom it acts. */
  readonly makerId: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  /** `null`: it does not end by itself. */
  readonly expiresAt: Date | null;
}

/** Who may come in now, whatever they carry. */
export abstract class Principals {
  /** The role of a member who may come in; with a session, while that goes on. */
  abstract roleOf(tenantId: string, userId: string, sessionId: string | null, now: Date): Promise<Role | undefined>;

  /** Notes that the key is used. `undefined` when it is unknown, wrong, over or revoked, or its maker may not come in. */
  abstract useKey(tenantId: string, id: string, secretHash: Uint8Array, now: Date): Promise<KeyOf | undefined>;
}
