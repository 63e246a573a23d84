import { Query, QueryHandler } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { ROLES, type Role } from '#domain/shared/permissions';
import { ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Principals } from '#application/identity/ports/principals';

const weaker = (a: Role, b: Role): Role => (ROLES.indexOf(a) > ROLES.indexOf(b) ? a : b);

/** The actor whom a good token stands for: `null` when they were removed or disabled, or their session has ended (ADR 0058). */
export class CheckMember extends Query<Result<Actor | null>> {
  constructor(
    readonly actor: Actor,
    readonly userId: string,
    readonly role: Role,
    readonly sessionId: string | null,
  ) {
    super();
  }
}

@QueryHandler(CheckMember)
export class CheckMemberHandler {
  constructor(
    private readonly principals: Principals,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, userId, role, sessionId }: CheckMember): Promise<Result<Actor | null>> {
    const { tenantId } = actor;
    const present = await this.principals.roleOf(tenantId, userId, sessionId, this.clock.now());
    return ok(present ? Actor.member(tenantId, userId, weaker(present, role), sessionId) : null);
  }
}
