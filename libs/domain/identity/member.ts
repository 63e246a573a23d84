import type { Actor } from '#domain/shared/actor';
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

const inPerson: DomainError = {
  kind: 'forbidden',
  code: 'forbidden',
  message: 'An API key names no Owner: an Owner does so in person.',
};

/** Who looks after members: in a role, in person or by a key. */
type Giver = Pick<Actor, 'role' | 'keyId'>;

/** Only an Owner says who is one (API, *Permissions*), and no key of theirs: it would open more than its scopes do. */
export const mayGive = (role: Role, by: Giver): Result<void> =>
  role === 'Owner' && by.role === 'Owner' && by.keyId !== null ? err(inPerson) : mayTouch(role, by);

const mayTouch = (role: Role, by: Giver): Result<void> =>
  role === 'Owner' && by.role !== 'Owner' ? err(ownersOnly) : done;

/** A member of a tenant as those who look after the others see them (SPEC 7). */
export class Member extends Aggregate<MemberState> {
  /** `owners`: the active Owners of the tenant, held so that none of them stops being one meanwhile. */
  edit(edit: MemberEdit, by: Giver, owners: readonly string[]): Result<void> {
    const before = this.current;
    const next = { ...before, ...edit };
    const touched = mayTouch(before.role, by);
    if (!touched.ok) return touched;
    const given = next.role === before.role ? done : mayGive(next.role, by);
    if (!given.ok) return given;
    if ((next.role !== 'Owner' || next.status !== 'active') && this.isLastOf(owners)) return err(LAST);
    this.change(edit);
    return done;
  }

  mayBeRemoved(by: Giver, owners: readonly string[]): Result<void> {
    const allowed = mayTouch(this.current.role, by);
    if (!allowed.ok) return allowed;
    return this.isLastOf(owners) ? err(LAST) : done;
  }

  private isLastOf(owners: readonly string[]): boolean {
    return owners.length === 1 && owners[0] === this.current.id;
  }
}
