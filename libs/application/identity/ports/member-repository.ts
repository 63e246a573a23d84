import type { Member } from '#domain/identity/member';
import type { Result } from '#domain/shared/result';

/** The members of a tenant, one at a time, to be changed. */
export abstract class MemberRepository {
  abstract find(tenantId: string, id: string): Promise<Member | null>;

  /** The active Owners, held to the end of the transaction: nobody else changes one of them, or makes one, meanwhile. */
  abstract holdOwners(tenantId: string): Promise<readonly string[]>;

  abstract save(member: Member): Promise<Result<void>>;

  /** For good: the address is free again. 412 when somebody was faster. */
  abstract remove(member: Member): Promise<Result<void>>;

  abstract hasEmail(tenantId: string, email: string): Promise<boolean>;
}
