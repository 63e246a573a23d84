import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mayHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { isEnd } from '#domain/goals/transitions';
import type { GoalStatus, OnChildren } from '#domain/goals/words';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { Below } from '#application/goals/below';
import { parentOf } from '#application/goals/neighbours';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { RollUp } from '#application/goals/roll-up';
import { shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

/** Changes the status of a goal, and with `cascade` ends what is open below it in the same way (SPEC 5, *Status*). */
export class TransitionGoal extends Command<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly to: GoalStatus,
    readonly reason: string | null,
    readonly onChildren: OnChildren,
  ) {
    super();
  }
}

@CommandHandler(TransitionGoal)
export class TransitionGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly below: Below,
    private readonly rollUp: RollUp,
    private readonly shown: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen, to, reason, onChildren }: TransitionGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:update')) return err(forbidden('goal:update'));
    const [{ tenantId }, now] = [actor, this.clock.now()];
    if (isEnd(to)) await this.below.holdTasks(tenantId);
    await this.rollUp.hold(tenantId, [id]);
    const goal = await this.goals.find(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mayHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const changed = goal.transition(to, reason, await parentOf(this.goals, goal), now);
    if (!changed.ok) return changed;
    const agreed = isEnd(to) ? await this.below.refuseOver(goal, 'open', onChildren) : changed;
    if (!agreed.ok) return agreed;
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    const ended = isEnd(to) && onChildren === 'cascade' ? await this.below.end(goal, to, reason) : [];
    await this.rollUp.along(tenantId, [id, ...ended]);
    return ok(shownGoal(existing(await this.shown.goal(tenantId, id)), now));
  }
}
