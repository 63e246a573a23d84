import type { Role } from '#domain/shared/permissions';

/** What is looked at to let somebody in. Never shown. */
export interface Account {
  readonly tenantId: string;
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
  readonly isActive: boolean;
  readonly isConfirmed: boolean;
  readonly passwordHash: string | null;
}

export interface NewAccount {
  readonly tenantId: string;
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
  readonly isConfirmed: boolean;
}

/** Somebody for whom another issuer vouches. */
export interface ExternalMember {
  readonly issuer: string;
  /** `sub` at the issuer. */
  readonly externalId: string;
  readonly role: Role;
  readonly name: string;
  readonly email: string | null;
}

export abstract class Accounts {
  /** Whose address it is, across all tenants: nothing else is told of them. */
  abstract whose(email: string): Promise<{ readonly tenantId: string; readonly userId: string } | undefined>;

  abstract find(tenantId: string, id: string): Promise<Account | undefined>;

  abstract addTenant(tenantId: string, name: string): Promise<void>;

  /** False when the address is somebody's already. */
  abstract add(account: NewAccount): Promise<boolean>;

  /** The account of another issuer's member, as they are now: found, brought up to date, or made. */
  abstract admit(
    tenantId: string,
    member: ExternalMember,
  ): Promise<{ readonly id: string; readonly isActive: boolean }>;

  /** `isNew`: the member chose another one, which is audited; else it is the same in another form. */
  abstract setPassword(tenantId: string, id: string, hash: string, isNew: boolean): Promise<void>;

  /** False when the address is confirmed already, or another by now. */
  abstract confirm(tenantId: string, id: string, email: string): Promise<boolean>;
}
