import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalRepository } from '#application/goals/ports/goal-repository';

/** Takes a link from its goal for good; the audit log keeps it (SPEC 5, *Links*). */
export class RemoveGoalLink extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly id: string,
    readonly seen: SeenVersion,
  ) {
    super();
  }
}

@CommandHandler(RemoveGoalLink)
export class RemoveGoalLinkHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly links: GoalLinkRepository,
  ) {}

  async execute({ actor, goalId, id, seen }: RemoveGoalLink): Promise<Result<void>> {
    if (!actor.may('goal_link:delete')) return err(forbidden('goal_link:delete'));
    if (!(await this.goals.find(actor.tenantId, goalId))) return err(missing('goal'));
    const link = await this.links.find(actor.tenantId, goalId, id);
    if (!link) return err(missing('goal_link'));
    const fresh = mustHaveSeen(link.state.version, seen);
    if (!fresh.ok) return fresh;
    link.remove();
    return this.links.remove(link);
  }
}
