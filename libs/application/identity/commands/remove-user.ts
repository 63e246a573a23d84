import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { MemberRepository } from '#application/identity/ports/member-repository';

/** Takes a member out for good, with their sessions and keys; what they made and own stays, under their id. */
export class RemoveUser extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RemoveUser)
export class RemoveUserHandler {
  constructor(private readonly members: MemberRepository) {}

  async execute({ actor, id, seen }: RemoveUser): Promise<Result<void>> {
    if (!actor.may('user:delete')) return err(forbidden('user:delete'));
    const owners = await this.members.holdOwners(actor.tenantId);
    const member = await this.members.find(actor.tenantId, id);
    if (!member) return err(missing('user'));
    const fresh = mustHaveSeen(member.state.version, seen);
    if (!fresh.ok) return fresh;
    const allowed = member.mayBeRemoved(actor, owners);
    return allowed.ok ? this.members.remove(member) : allowed;
  }
}
