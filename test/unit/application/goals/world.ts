import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { Role } from '#domain/shared/permissions';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import { CreateGoal, CreateGoalHandler } from '#application/goals/commands/create-goal';
import { RollUp } from '#application/goals/roll-up';
import { InMemoryGoals } from '../../../support/fakes/in-memory-goals';
import { InMemoryProgress } from '../../../support/fakes/in-memory-progress';
import { InMemoryProgressHistory } from '../../../support/fakes/in-memory-progress-history';
import { CountingIds, StandingClock } from '../../../support/fakes/tools';
import { expectOk } from '../../../support/results';

/** Everything the handlers of goals stand on, in memory, and the steps that tests begin with. */
export class World {
  readonly tenantId = randomUUID();
  readonly userId = randomUUID();
  readonly clock = new StandingClock();
  readonly ids = new CountingIds();
  readonly goals = new InMemoryGoals(this.clock, () => this.userId);
  readonly progress = new InMemoryProgress(
    this.goals.rows,
    () => this.ids.next(),
    () => this.userId,
  );
  readonly history = new InMemoryProgressHistory(this.progress);
  readonly rollUp = new RollUp(this.goals, this.progress, this.clock);

  as(role: Role): Actor {
    return Actor.member(this.tenantId, this.userId, role);
  }

  get admin(): Actor {
    return this.as('Admin');
  }

  get stranger(): Actor {
    return Actor.member(randomUUID(), randomUUID(), 'Owner');
  }

  /** The facts told about goals, by type. */
  get told(): string[] {
    return this.goals.rows.told.map(({ type }) => type);
  }

  get creating(): CreateGoalHandler {
    return new CreateGoalHandler(this.goals, this.rollUp, this.goals, this.clock, this.ids);
  }

  /** Makes a goal and answers its id. */
  async goal(
    more: Partial<GoalFields> & { readonly parentGoalId?: string; readonly draft?: true } = {},
  ): Promise<string> {
    const { parentGoalId = null, draft, ...fields } = more;
    const command = new CreateGoal(
      this.admin,
      {
        ...USUAL_FIELDS,
        name: 'Answer every customer within a day',
        goalType: 'strategic',
        ownerId: this.userId,
        ...fields,
      },
      draft ? 'draft' : 'active',
      parentGoalId,
    );
    return expectOk(await this.creating.execute(command)).id;
  }
}
