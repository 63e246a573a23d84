import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { mustHaveSeen, type SeenVersion } from '#domain/shared/aggregate';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { GoalFields } from '#domain/goals/goal-fields';
import { existing } from '#application/shared/existing';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { RollUp } from '#application/goals/roll-up';
import { goalRowOf, shownGoal } from '#application/goals/shown-goal';
import type { GoalView } from '#application/goals/views';

/** Changes the fields given, in any state; where it hangs is `MoveGoal`'s (SPEC 5). */
export class EditGoal extends Command<Result<GoalView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly seen: SeenVersion,
    readonly fields: Partial<GoalFields>,
  ) {
    super();
  }
}

/** What a goal's own progress, or its share in its parent's, hangs on. */
const ROLLED_UP = ['progressSource', 'taskWeighting', 'weight'] as const;

@CommandHandler(EditGoal)
export class EditGoalHandler {
  constructor(
    private readonly goals: GoalRepository,
    private readonly rollUp: RollUp,
    private readonly shown: GoalReadModel,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, id, seen, fields }: EditGoal): Promise<Result<GoalView>> {
    if (!actor.may('goal:update')) return err(forbidden('goal:update'));
    const { tenantId } = actor;
    const rollsUp = ROLLED_UP.some((field) => field in fields);
    if (rollsUp) await this.rollUp.hold(tenantId, [id]);
    const goal = await this.goals.find(tenantId, id);
    if (!goal) return err(missing('goal'));
    const fresh = mustHaveSeen(goal.state.version, seen);
    if (!fresh.ok) return fresh;
    const edited = goal.edit(fields);
    if (!edited.ok) return edited;
    const saved = await this.goals.save(goal);
    if (!saved.ok) return saved;
    const now = this.clock.now();
    if (!rollsUp) return ok(shownGoal(goalRowOf(goal.state), now));
    await this.rollUp.along(tenantId, [id]);
    return ok(shownGoal(existing(await this.shown.goal(tenantId, id)), now));
  }
}
