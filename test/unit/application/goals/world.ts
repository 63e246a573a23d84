import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { Role } from '#domain/shared/permissions';
import type { GoalState } from '#domain/goals/goal';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import type { GoalStatus, OnChildren } from '#domain/goals/words';
import { CreateGoal, CreateGoalHandler } from '#application/goals/commands/create-goal';
import { DeleteGoal, DeleteGoalHandler } from '#application/goals/commands/delete-goal';
import { EditGoal, EditGoalHandler } from '#application/goals/commands/edit-goal';
import { MoveGoal, MoveGoalHandler } from '#application/goals/commands/move-goal';
import { RestoreGoal, RestoreGoalHandler } from '#application/goals/commands/restore-goal';
import { TransitionGoal, TransitionGoalHandler } from '#application/goals/commands/transition-goal';
import { Below } from '#application/goals/below';
import { RollUp } from '#application/goals/roll-up';
import { InMemoryGoalSubtrees } from '../../../support/fakes/in-memory-goal-subtrees';
import { InMemoryGoalTasks, type StoredTask } from '../../../support/fakes/in-memory-goal-tasks';
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
  readonly subtrees = new InMemoryGoalSubtrees(this.goals, this.clock);
  readonly tasks = new InMemoryGoalTasks(this.goals, this.clock);
  readonly rollUp = new RollUp(this.goals, this.progress, this.tasks, this.clock);
  readonly below = new Below(this.goals, this.subtrees, this.tasks);

  as(role: Role): Actor {
    return Actor.member(this.tenantId, this.userId, role);
  }

  get admin(): Actor {
    return this.as('Admin');
  }

  /** Of the tenant, with no permission at all. */
  get nobody(): Actor {
    return Actor.system([this.tenantId]);
  }

  get stranger(): Actor {
    return Actor.member(randomUUID(), randomUUID(), 'Owner');
  }

  /** The facts told about goals, by type. */
  get told(): string[] {
    return this.goals.rows.told.map(({ type }) => type);
  }

  get creating(): CreateGoalHandler {
    return new CreateGoalHandler(this.goals, this.rollUp, this.clock, this.ids);
  }

  edit(id: string, fields: Partial<GoalFields>, seen: number | null = 1, actor = this.admin) {
    const handler = new EditGoalHandler(this.goals, this.rollUp, this.goals, this.clock);
    return handler.execute(new EditGoal(actor, id, seen ?? undefined, fields));
  }

  move(id: string, parentGoalId: string | null, seen: number | null = 1, actor = this.admin) {
    const handler = new MoveGoalHandler(this.goals, this.goals, this.rollUp, this.goals, this.clock);
    return handler.execute(new MoveGoal(actor, id, seen ?? undefined, parentGoalId, {}));
  }

  change(
    id: string,
    to: GoalStatus,
    onChildren: OnChildren = 'refuse',
    seen: number | null = null,
    actor = this.admin,
  ) {
    const { goals, below, rollUp, clock } = this;
    const handler = new TransitionGoalHandler(goals, below, rollUp, goals, clock);
    return handler.execute(new TransitionGoal(actor, id, seen ?? undefined, to, 'because', onChildren));
  }

  remove(id: string, onChildren: OnChildren = 'refuse', seen: number | null = 1, actor = this.admin) {
    const { goals, below, rollUp, clock, ids } = this;
    const handler = new DeleteGoalHandler(goals, below, rollUp, clock, ids);
    return handler.execute(new DeleteGoal(actor, id, seen ?? undefined, onChildren));
  }

  restore(id: string, seen: number | null = null, actor = this.admin) {
    const { goals, below, rollUp, clock } = this;
    const handler = new RestoreGoalHandler(goals, goals, below, rollUp, goals, clock);
    return handler.execute(new RestoreGoal(actor, id, seen ?? undefined));
  }

  /** Has something reported on a goal, as its history keeps it. */
  report(goalId: string, progress: number): void {
    const [at, none] = [this.clock.now(), { notes: null, corrects: null, recordedBy: null }];
    const entry = {
      id: this.ids.next(),
      tenantId: this.tenantId,
      goalId,
      origin: 'reported',
      progress,
      ...none,
    } as const;
    this.progress.entries.push({ ...entry, effectiveAt: at, recordedAt: at });
    this.goals.rows.put({ ...this.stateOf(goalId), progress });
  }

  /** Puts a task under a goal and answers its id. */
  task(goalId: string | null, more: Partial<StoredTask> = {}): string {
    return this.tasks.put({ tenantId: this.tenantId, id: this.ids.next(), goalId, ...more });
  }

  stateOf(id: string): GoalState {
    const state = this.goals.rows.all.find((row) => row.id === id);
    if (!state) throw new Error('there is no such goal');
    return state;
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
