import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { GoalLinkPatch } from '#domain/goals/goal-link-input';
import { existing } from '#application/shared/existing';
import type { GoalLinkView } from '#application/goals/link-views';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalRepository } from '#application/goals/ports/goal-repository';

/** Changes name, strength, contribution or polarity of a link, in any state of its goal. */
export class EditGoalLink extends Command<Result<GoalLinkView>> {
  constructor(
    readonly actor: Actor,
    readonly goalId: string,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly patch: GoalLinkPatch,
  ) {
    super();
  }
}

@CommandHandler(EditGoalLink)
export class EditGoalLinkHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly links: GoalLinkRepository,
    private readonly shown: GoalLinkReadModel,
  ) {}

  async execute({ actor, goalId, id, seen, patch }: EditGoalLink): Promise<Result<GoalLinkView>> {
    if (!actor.may('goal_link:update')) return err(forbidden('goal_link:update'));
    const { tenantId } = actor;
    if (!(await this.goals.find(tenantId, goalId))) return err(missing('goal'));
    const link = await this.links.find(tenantId, goalId, id);
    if (!link) return err(missing('goal_link'));
    const fresh = mustHaveSeen(link.state.version, seen);
    if (!fresh.ok) return fresh;
    const edited = link.edit(patch);
    if (!edited.ok) return edited;
    const saved = await this.links.save(link);
    if (!saved.ok) return saved;
    return ok(existing(await this.shown.link(tenantId, goalId, id)));
  }
}
