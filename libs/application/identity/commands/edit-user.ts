import { Command, CommandHandler } from '@nestjs/cqrs';
import type { MemberEdit } from '#domain/identity/member';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { IdentityReadModel } from '#application/identity/ports/identity-read-model';
import { MemberRepository } from '#application/identity/ports/member-repository';
import type { UserView } from '#application/identity/views';

/** Changes name, role or status of a member; an active Owner always remains. */
export class EditUser extends Command<Result<UserView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly edit: MemberEdit,
  ) {
    super();
  }
}

@CommandHandler(EditUser)
export class EditUserHandler {
  constructor(
    private readonly members: MemberRepository,
    private readonly shown: IdentityReadModel,
  ) {}

  async execute({ actor, id, seen, edit }: EditUser): Promise<Result<UserView>> {
    if (!actor.may('user:update')) return err(forbidden('user:update'));
    const owners = await this.members.holdOwners(actor.tenantId);
    const member = await this.members.find(actor.tenantId, id);
    if (!member) return err(missing('user'));
    const fresh = mustHaveSeen(member.state.version, seen);
    if (!fresh.ok) return fresh;
    const edited = member.edit(edit, actor, owners);
    if (!edited.ok) return edited;
    const saved = await this.members.save(member);
    return saved.ok ? ok(existing((await this.shown.user(actor.tenantId, id)) ?? null)) : saved;
  }
}
