import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { duplicateLink, GoalLink } from '#domain/goals/goal-link';
import type { GoalLinkRequest } from '#domain/goals/goal-link-input';
import { existing } from '#application/shared/existing';
import { Clock, Ids } from '#application/shared/tools';
import type { GoalLinkView } from '#application/goals/link-views';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalRepository } from '#application/goals/ports/goal-repository';

/** Links a goal with an element of the architecture, in any state of the goal (SPEC 5, *Links*). */
export class LinkGoal extends Command<Result<GoalLinkView>> {
  constructor(
    readonly actor: Actor,
    readonly request: GoalLinkRequest,
  ) {
    super();
  }
}

@CommandHandler(LinkGoal)
export class LinkGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly links: GoalLinkRepository,
    private readonly shown: GoalLinkReadModel,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async execute({ actor, request }: LinkGoal): Promise<Result<GoalLinkView>> {
    if (!actor.may('goal_link:create')) return err(forbidden('goal_link:create'));
    const { tenantId, userId: by } = actor;
    const { goalId, linkedElementType, linkedElementId } = request;
    if (!(await this.goals.find(tenantId, goalId))) return err(missing('goal'));
    const isKnown = linkedElementType === 'Goal' && (await this.goals.find(tenantId, linkedElementId)) !== null;
    const link = GoalLink.create({ id: this.ids.next(), tenantId, by }, request, isKnown, this.clock.now());
    if (!link.ok) return link;
    const twin = await this.links.twinOf(link.value);
    if (twin !== null) return err(duplicateLink(twin));
    const saved = await this.links.save(link.value);
    if (!saved.ok) return saved;
    return ok(existing(await this.shown.link(tenantId, goalId, link.value.state.id)));
  }
}
