import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Accounts } from '#application/identity/ports/accounts';

export interface Whose {
  readonly tenantId: string;
  readonly userId: string;
}

/** Nobody's: what is done with it takes as long as with a member's. */
const NOBODY: Whose = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
};

/** Whose address it is, before anything else is known of who asks. */
export class FindAccount extends Query<Result<Whose>> {
  constructor(
    readonly actor: Actor,
    readonly email: string,
  ) {
    super();
  }
}

@QueryHandler(FindAccount)
export class FindAccountHandler {
  constructor(private readonly accounts: Accounts) {}

  async execute({ email }: FindAccount): Promise<Result<Whose>> {
    return ok((await this.accounts.whose(email)) ?? NOBODY);
  }
}
