import fc from 'fast-check';
import { Actor } from '#domain/shared/actor';
import { PROGRESS_SOURCES, TASK_WEIGHTINGS } from '#domain/goals/words';
import { TASK_STATUSES } from '#domain/tasks/words';
import { RollUpGoals } from '#application/goals/contract';
import { Door } from '#application/shared/door';
import { TestApp, type Answer, type Method } from '../../support/app';
import { GoalStory } from '../../support/goal-story';
import { expectOk } from '../../support/results';
import { putTask } from '../../support/task-rows';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

interface Kept {
  readonly id: string;
  readonly parent_goal_id: string | null;
  readonly progress_source: string;
  readonly task_weighting: string;
  readonly status: string;
  readonly weight: number;
  readonly progress: number | null;
}
interface Entry {
  readonly id: string;
  readonly goal_id: string;
  readonly origin: string;
  readonly progress: number | null;
  readonly effective_at: Date;
  readonly recorded_at: Date;
  readonly corrects: string | null;
}

interface Task {
  readonly id: string;
  readonly goal_id: string | null;
  readonly parent_task_id: string | null;
  readonly status: string;
  readonly percent_complete: number;
  readonly estimated_hours: number | null;
}

/** The order in which the last one that nothing corrects is the current one. */
const byTime = (one: Entry, other: Entry): number => {
  const [a, b] = [one, other].map((entry) => [entry.effective_at.getTime(), entry.recorded_at.getTime()] as const);
  return a![0] - b![0] || a![1] - b![1] || (one.id < other.id ? -1 : 1);
};

/** Of fractions: what it weighs and what it has reached, both over the same. */
type Part = readonly [weight: bigint, progress: bigint];

/** All tasks of a goal, with whole weights. */
const ofTasks = (goal: Kept, tasks: readonly Task[]): Part[] => {
  const own = tasks.filter(
    ({ id, goal_id, status }) =>
      goal_id === goal.id && status !== 'cancelled' && tasks.every(({ parent_task_id }) => parent_task_id !== id),
  );
  const hours = own.flatMap(({ estimated_hours }) => estimated_hours ?? []).map((n) => BigInt(Math.round(n * 1_000)));
  const total = hours.reduce((sum, n) => sum + n, 0n);
  const weightOf = ({ estimated_hours }: Task): bigint => {
    if (goal.task_weighting === 'count' || hours.length === 0) return 1n;
    return estimated_hours === null ? total : BigInt(Math.round(estimated_hours * 1_000)) * BigInt(hours.length);
  };
  return own.map((task) => [
    weightOf(task),
    task.status === 'completed' ? 1_000_000n : BigInt(task.percent_complete) * 10_000n,
  ]);
};

const mean = (parts: readonly Part[]): number | null => {
  const under = parts.reduce((sum, [weight]) => sum + weight, 0n);
  const over = parts.reduce((sum, [weight, progress]) => sum + weight * progress, 0n);
  if (under === 0n) return null;
  const [whole, rest] = [over / under, over % under];
  const rounded = Number(whole) + (rest * 2n >= under ? 1 : 0);
  return rounded === 1_000_000 && rest > 0n ? 999_999 : rounded;
};

/** What every goal should say, from the bare facts: entries, statuses, weights, tasks and who hangs below whom. */
const naive = (goals: readonly Kept[], entries: readonly Entry[], tasks: readonly Task[]) => {
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  const of = (goal: Kept): number | null => {
    const own = entries.filter(({ id, goal_id }) => goal_id === goal.id && !corrected.has(id)).toSorted(byTime);
    if (goal.progress_source === 'manual') return own.length > 0 ? own.at(-1)!.progress : 0;
    const counted = goal.progress_source === 'children' ? [] : ofTasks(goal, tasks);
    if (goal.progress_source === 'tasks') return mean(counted);
    const parts: Part[] = [];
    for (const child of goals.filter(({ parent_goal_id }) => parent_goal_id === goal.id)) {
      const progress = child.status === 'achieved' ? 1_000_000 : of(child);
      if (child.status === 'draft' || child.status === 'abandoned' || progress === null) continue;
      parts.push([BigInt(Math.round(child.weight * 1_000)), BigInt(progress)]);
    }
    // All tasks together weigh 1, so everything is multiplied by what they weigh.
    const whole = counted.reduce((sum, [weight]) => sum + weight, 0n);
    if (whole === 0n) return mean(parts);
    return mean([
      ...parts.map(([weight, progress]): Part => [weight * whole, progress]),
      ...counted.map(([weight, progress]): Part => [weight * 1_000n, progress]),
    ]);
  };
  return new Map(goals.map((goal) => [goal.id, of(goal)]));
};

const KINDS = [
  'create',
  'report',
  'correct',
  'source',
  'weight',
  'move',
  'end',
  'reopen',
  'delete',
  'restore',
  'task',
  'work',
] as const;
type Kind = (typeof KINDS)[number];

interface Step {
  readonly kind: Kind;
  /** Which goals, entries, words and numbers it is about, each taken modulo how many there are. */
  readonly a: number;
  readonly b: number;
  readonly value: number;
}

const WEIGHTS = [0, 0.001, 0.5, 1, 2.333, 1000];
const ON_CHILDREN = ['refuse', 'leave', 'cascade'];
const HOURS = [null, null, 0, 0.001, 1, 2.5, 40];
const ENDS = ['achieved', 'missed', 'abandoned', 'on_hold'];

const accepted = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));

/** A tenant whose goals are changed at random. */
class Teller {
  private readonly made: string[] = [];
  /** The entries that were answered, and what they said. */
  readonly reported = new Map<string, number>();
  private readonly deleted: string[] = [];
  private readonly tasks: string[] = [];
  private readonly ofGoal: (readonly [goal: string, entry: string])[] = [];

  constructor(private readonly story: GoalStory) {}

  async take(step: Step): Promise<void> {
    if (step.kind === 'task' || step.kind === 'work') return this.touchTask(step);
    const answer = await this.ask(step);
    if (!answer) return;
    if (answer.status >= 500 || answer.status === 400) throw new Error(answer.text);
    if (answer.status < 300) accepted.set(step.kind, accepted.get(step.kind)! + 1);
    if (step.kind === 'create' && answer.status === 201) this.made.push(String(answer.body.id));
    if (/report|correct/.test(step.kind) && answer.status === 201) {
      this.reported.set(String(answer.body.id), step.value);
      this.ofGoal.push([String(answer.body.goal_id), String(answer.body.id)]);
    }
  }

  /** There is a task more, or one has got on; either way what it may have moved is worked out. */
  private async touchTask({ kind, a, b, value }: Step): Promise<void> {
    const { id: tenantId, userId } = this.story.tenant;
    const [status, percentComplete] = [pick(TASK_STATUSES, value), value % 101];
    const goal = pick([...this.made, null], a);
    if (kind === 'task') {
      const parentTaskId = b % 3 === 0 ? (this.tasks[value % (this.tasks.length + 1)] ?? null) : null;
      const given = { status, parentTaskId, estimatedHours: pick(HOURS, b), percentComplete };
      this.tasks.push(await putTask(app, tenantId, goal, given));
    } else if (this.tasks.length === 0) return;
    const touched = kind === 'task' ? this.tasks.at(-1) : pick(this.tasks, a);
    if (kind === 'work') {
      const changes = [status, percentComplete, pick(HOURS, b)];
      await app.sql.query(
        `UPDATE tasks SET status = $2, percent_complete = $3, estimated_hours = $4,
           completed_at = CASE WHEN $2 = 'completed' THEN now() END,
           blocked_reason = CASE WHEN $2 = 'blocked' THEN 'so' END WHERE id = $1`,
        [touched, ...changes],
      );
    }
    const moved = await app.rows<{ goal_id: string }>(
      `SELECT t.goal_id FROM tasks own JOIN tasks t ON t.id IN (own.id, own.parent_task_id)
       WHERE own.id = $1 AND t.goal_id IS NOT NULL`,
      [touched],
    );
    const actor = Actor.member(tenantId, userId, 'Editor');
    const goalIds = moved.map(({ goal_id }) => goal_id);
    expectOk(await app.nest.get<Door>(Door).send(new RollUpGoals(actor, goalIds)));
    accepted.set(kind, accepted.get(kind)! + 1);
  }

  private async ask({ kind, a, b, value }: Step): Promise<Answer | undefined> {
    const parent = this.made[b % (this.made.length + 1)] ?? null;
    if (kind === 'create') {
      const more = { weight: pick(WEIGHTS, value), status: value % 7 === 0 ? 'draft' : 'active' };
      const from = { progress_source: pick(PROGRESS_SOURCES, a), task_weighting: pick(TASK_WEIGHTINGS, value) };
      const body = { name: 'goal', goal_type: 'tactical', parent_goal_id: parent, ...from, ...more };
      return this.story.ask('POST', '/goals', body);
    }
    if (this.made.length === 0) return undefined;
    const goal = pick(this.made, a);
    const at = { effective_at: new Date(Date.now() - (b % 5) * 86_400_000).toISOString() };
    const percentage = value / 10_000;
    const asked: Readonly<Record<Exclude<Kind, 'create' | 'task' | 'work'>, () => Promise<Answer | undefined>>> = {
      report: () => this.post(goal, 'progress', { percentage, ...at }),
      correct: async () => {
        if (this.ofGoal.length === 0) return undefined;
        const [of, corrects] = pick(this.ofGoal, b);
        return this.post(of, 'progress', { percentage, corrects });
      },
      source: () => this.change('PATCH', goal, { progress_source: pick(PROGRESS_SOURCES, b) }),
      weight: () => this.change('PATCH', goal, { weight: pick(WEIGHTS, b) }),
      move: () => this.change('PATCH', goal, { parent_goal_id: parent }),
      end: () =>
        this.post(goal, 'transitions', { to: pick(ENDS, b), reason: 'so', on_children: pick(ON_CHILDREN, value) }),
      reopen: () => this.post(goal, 'transitions', { to: 'active', reason: 'so' }),
      delete: () => {
        this.deleted.push(goal);
        return this.change('DELETE', `${goal}?on_children=${pick(ON_CHILDREN, b)}`);
      },
      restore: async () => (this.deleted.length > 0 ? this.post(pick(this.deleted, a), 'restore') : undefined),
    };
    return asked[kind as keyof typeof asked]();
  }

  private post(goal: string, action: string, body?: object): Promise<Answer> {
    return this.story.ask('POST', `/goals/${goal}/${action}`, body);
  }

  private async change(method: Method, goal: string, body?: object): Promise<Answer> {
    const { body: seen } = await this.story.ask<{ version?: number }>('GET', `/goals/${goal.replace(/\?.*/, '')}`);
    return this.story.ask(method, `/goals/${goal}`, body, { version: seen.version ?? 1 });
  }
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const number = fc.nat({ max: 1_000_000 });
/** First a tree to play with, then anything. */
const steps = fc.tuple(
  fc.array(fc.record({ kind: fc.constant('create' as const), a: number, b: number, value: number }), {
    minLength: 6,
    maxLength: 10,
  }),
  fc.array(
    fc.record({
      kind: fc.constantFrom<Kind>(...KINDS, 'report', 'report', 'task', 'work'),
      a: number,
      b: number,
      value: number,
    }),
    {
      minLength: 15,
      maxLength: 40,
    },
  ),
);

describe('Whatever is done to a tree of goals', () => {
  it('each says after every step what a naive recomputation of the whole tree says', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async ([first, then]) => {
        const story = await GoalStory.begin(app);
        const teller = new Teller(story);
        for (const step of [...first, ...then]) {
          await teller.take(step);
          const [goals, entries, tasks] = [await goalsOf(story), await entriesOf(story), await tasksOf(story)];
          const kept = new Map(goals.map(({ id, progress }) => [id, progress]));
          expect({ step, kept }).toEqual({ step, kept: naive(goals, entries, tasks) });
          const reported = entries.filter(({ origin }) => origin === 'reported');
          expect(new Map(reported.map(({ id, progress }) => [id, progress]))).toEqual(teller.reported);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    // Every kind of change has really taken place.
    expect([...accepted].filter(([, times]) => times === 0)).toEqual([]);
  }, 120_000);
});

const goalsOf = (story: GoalStory): Promise<Kept[]> =>
  app.rows<Kept & Record<string, unknown>>(
    `SELECT id, parent_goal_id, progress_source, task_weighting, status, weight, progress FROM goals
     WHERE tenant_id = $1 AND deleted_at IS NULL`,
    [story.tenant.id],
  );

const entriesOf = (story: GoalStory): Promise<Entry[]> =>
  app.rows<Entry & Record<string, unknown>>(
    `SELECT id, goal_id, origin, progress, effective_at, recorded_at, corrects FROM goal_progress WHERE tenant_id = $1`,
    [story.tenant.id],
  );

const tasksOf = (story: GoalStory): Promise<Task[]> =>
  app.rows<Task & Record<string, unknown>>(
    `SELECT id, goal_id, parent_task_id, status, percent_complete, estimated_hours FROM tasks
     WHERE tenant_id = $1 AND deleted_at IS NULL`,
    [story.tenant.id],
  );
