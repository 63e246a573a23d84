import type { Role } from '#domain/shared/permissions';
import type { InvitationView } from '#application/identity/views';

export interface NewInvitation {
  readonly tenantId: string;
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly secretHash: Uint8Array;
  readonly expiresAt: Date;
}

export abstract class Invitations {
  abstract add(invitation: NewInvitation): Promise<void>;

  abstract find(tenantId: string, id: string): Promise<InvitationView | undefined>;

  /** Takes it, which nobody else can any more. `undefined` when it is unknown, wrong, over or taken. */
  abstract take(
    tenantId: string,
    id: string,
    secretHash: Uint8Array,
  ): Promise<{ readonly email: string; readonly role: Role } | undefined>;
}
