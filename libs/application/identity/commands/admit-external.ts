import { Command, CommandHandler } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Accounts, type ExternalMember } from '#application/identity/ports/accounts';

/** The actor for whom another issuer vouches, made on first sight; `null` for one who is disabled here. */
export class AdmitExternal extends Command<Result<Actor | null>> {
  constructor(
    readonly actor: Actor,
    readonly member: ExternalMember,
  ) {
    super();
  }
}

@CommandHandler(AdmitExternal)
export class AdmitExternalHandler {
  constructor(private readonly accounts: Accounts) {}

  async execute({ actor: { tenantId }, member }: AdmitExternal): Promise<Result<Actor | null>> {
    const { id, isActive } = await this.accounts.admit(tenantId, member);
    return ok(isActive ? Actor.member(tenantId, id, member.role) : null);
  }
}
