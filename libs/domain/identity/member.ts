import { Aggregate, type Versioned } from '#domain/shared/aggregate';
import { conflict, type DomainError } from '#domain/shared/errors';
import type { Role } from '#domain/shared/permissions';
import { done, err, type Result } from '#domain/shared/result';

export const USER_STATUSES = ['active', 'disabled'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

export interface MemberState extends Versioned {
  readonly email: string | null;
  readonly name: string;
  readonly role: Role;
  readonly status: UserStatus;
}

export interface MemberEdit {
  readonly name?: string;
  readonly role?: Role;
  readonly status?: UserStatus;
}

const ownersOnly: DomainError = {
  kind: 'forbidden',
  code: 'forbidden',
  message: 'Only an Owner names another Owner, or changes or removes one.',
};

const LAST = conflict('user.last-owner', 'One active Owner always remains: make somebody else an Owner first.');

/** Only an Owner says who is one (API, *Permissions*). */
export const mayGive = (role: Role, by: Role | null): Result<void> =>
  role === 'Owner' && by !== 'Owner' ? err(ownersOnly) : done;

/** A member of a tenant as those who look after the others see them (SPEC 7). */
export class Member extends Aggregate<MemberState> {
  /** `owners`: the active Owners of the tenant, held so that none of them stops being one meanwhile. */
  edit(edit: MemberEdit, by: Role | null, owners: readonly string[]): Result<void> {
    const before = this.current;
    const next = { ...before, ...edit };
    const allowed = [before.role, next.role].map((role) => mayGive(role, by)).find(({ ok }) => !ok);
    if (allowed) return allowed;
    if ((next.role !== 'Owner' || next.status !== 'active') && this.isLastOf(owners)) return err(LAST);
    this.change(edit);
    return done;
  }

  mayBeRemoved(by: Role | null, owners: readonly string[]): Result<void> {
    const allowed = mayGive(this.current.role, by);
    if (!allowed.ok) return allowed;
    return this.isLastOf(owners) ? err(LAST) : done;
  }

  private isLastOf(owners: readonly string[]): boolean {
    return owners.length === 1 && owners[0] === this.current.id;
  }
}
