import fc from 'fast-check';
import type { TaskView } from '#application/tasks/views';
import { TestApp, type Answer } from '../../support/app';
import {
  boardOf,
  flagsOf,
  hasCircle,
  isLive,
  isOpenTask,
  progressOf,
  subtasksOf,
  wouldCircle,
  type Board,
  type TaskRow,
} from '../../support/board';
import { GoalStory } from '../../support/goal-story';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const KINDS = [
  ...['create', 'create', 'transition', 'transition', 'transition', 'depend', 'depend'],
  ...['independ', 'nest', 'goal', 'percent', 'estimate', 'delete', 'restore', 'hold'],
] as const;
type Kind = (typeof KINDS)[number];

interface Step {
  readonly kind: Kind;
  /** Which tasks, words and numbers it is about, each taken modulo how many there are. */
  readonly a: number;
  readonly b: number;
  readonly value: number;
}

const STATUSES = ['todo', 'in_progress', 'blocked', 'completed', 'cancelled'];
const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  todo: ['in_progress', 'completed', 'blocked', 'cancelled'],
  in_progress: ['todo', 'completed', 'blocked', 'cancelled'],
  blocked: ['todo', 'in_progress', 'cancelled'],
  completed: ['todo'],
  cancelled: ['todo'],
};
const MOST_TASKS = 20;

const pick = <T>(from: readonly T[], n: number): T => from[n % from.length]!;

/** What must be answered to a change of status, from the table of SPEC 6. */
const mayPass = (board: Board, task: TaskRow, to: string): boolean => {
  if (!TRANSITIONS[task.status]!.includes(to)) return false;
  if ((to === 'in_progress' || to === 'completed') && flagsOf(board, task).blocked_by.length > 0) return false;
  if (to === 'completed') return !subtasksOf(board, task.id).some(isOpenTask);
  if (to !== 'todo' || isOpenTask(task) || task.parent_task_id === null) return true;
  return isOpenTask(board.tasks.get(task.parent_task_id)!);
};

const accepted = new Map<string, number>();
const refused = new Map<string, number>();

/** A tenant with two goals made of tasks, one by count and one by estimate, whose tasks are changed at random. */
class Teller {
  private board!: Board;
  private goals: string[] = [];

  constructor(readonly story: GoalStory) {}

  async begin(): Promise<void> {
    for (const task_weighting of ['count', 'estimate'])
      this.goals.push((await this.story.goal({ progress_source: 'tasks', task_weighting })).id);
    this.board = await boardOf(app, this.story.tenant.id);
  }

  private get live(): TaskRow[] {
    return [...this.board.tasks.values()].filter(isLive).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Does one thing, and holds the answer and all that follows against what is known from before. */
  async take(step: Step): Promise<void> {
    const [before, told] = [this.board, await this.outboxEnd()];
    const asked = await this.ask(step);
    if (!asked) return;
    const { answer, fits, task } = asked;
    const counts = answer.status < 300 ? accepted : refused;
    counts.set(step.kind, (counts.get(step.kind) ?? 0) + 1);
    if (answer.status < 300 !== fits || (!fits && answer.status !== 409))
      throw new Error(`${JSON.stringify(step)} was answered ${String(answer.status)}: ${answer.text}`);
    this.board = await boardOf(app, this.story.tenant.id);
    await this.check();
    expect(await this.toldReady(told)).toEqual(becameReady(before, this.board, task));
  }

  private async check(): Promise<void> {
    expect(hasCircle(this.board)).toBe(false);
    const { items } = await this.story.must<{ items: TaskView[] }>(200, 'GET', '/tasks?limit=200');
    expect(new Map(items.map(({ id, ...task }) => [id, shownFlags(task)]))).toEqual(
      new Map(this.live.map((task) => [task.id, flagsOf(this.board, task)])),
    );
    for (const goal of this.board.goals.values()) expect(goal.progress).toBe(progressOf(this.board, goal));
  }

  private async outboxEnd(): Promise<number> {
    const [row] = await app.rows<{ end: number }>('SELECT coalesce(max(id), 0)::integer AS end FROM outbox');
    return row!.end;
  }

  private async toldReady(after: number): Promise<string[]> {
    const rows = await app.rows<{ id: string }>(
      `SELECT message::json #>> '{details,task_id}' AS id FROM outbox
       WHERE tenant_id = $1 AND id > $2 AND message::json ->> 'event_type' = 'task.ready' ORDER BY 1`,
      [this.story.tenant.id, after],
    );
    return rows.map(({ id }) => id);
  }

  private async ask(step: Step): Promise<{ answer: Answer; fits: boolean; task?: TaskRow } | undefined> {
    const { kind, a, b, value } = step;
    if (kind === 'create') return this.create(step);
    if (kind === 'hold') return this.hold(a);
    if (kind === 'restore') return this.restore(a);
    if (this.live.length === 0) return undefined;
    const [task, other] = [pick(this.live, a), pick(this.live, b)];
    const at = `/tasks/${task.id}`;
    const patch = (body: object) => this.story.ask('PATCH', at, body, { version: task.version });
    if (kind === 'transition') {
      const to = pick(STATUSES, value);
      const answer = await this.story.ask('POST', `${at}/transitions`, { to, reason: to === 'blocked' ? 'why' : null });
      return { answer, fits: mayPass(this.board, task, to), task };
    }
    if (kind === 'depend') {
      const known = this.board.dependencies.get(task.id)!.includes(other.id);
      const answer = await this.story.ask('POST', `${at}/dependencies`, { depends_on_id: other.id });
      return { answer, fits: !known && !wouldCircle(this.board, task.id, other.id), task };
    }
    if (kind === 'independ') return this.independ(a, b);
    if (kind === 'nest') return this.nest(task, value % 4 === 0 ? null : other, patch);
    if (kind === 'goal')
      return { answer: await patch({ goal_id: pick([...this.goals, null], value) }), fits: true, task };
    if (kind === 'percent') {
      const fits = task.status !== 'completed' || task.percent_complete === value % 101;
      return { answer: await patch({ percent_complete: value % 101 }), fits, task };
    }
    if (kind === 'estimate')
      return { answer: await patch({ estimated_hours: pick([null, 0, 0.5, 1, 2.333, 8], value) }), fits: true, task };
    return { answer: await this.story.ask('DELETE', at, undefined, { version: task.version }), fits: true, task };
  }

  private async independ(a: number, b: number) {
    const waiting = this.live.filter(({ id }) => this.board.dependencies.get(id)!.length > 0);
    if (waiting.length === 0) return undefined;
    const { id } = pick(waiting, a);
    const on = pick(this.board.dependencies.get(id)!, b);
    return { answer: await this.story.ask('DELETE', `/tasks/${id}/dependencies/${on}`), fits: true };
  }

  private async create({ a, b, value }: Step) {
    if (this.board.tasks.size >= MOST_TASKS) return undefined;
    const parent = value % 3 === 0 && this.live.length > 0 ? pick(this.live, a) : undefined;
    const on = value % 2 === 0 && this.live.length > 0 ? [pick(this.live, b).id] : [];
    const answer = await this.story.ask('POST', '/tasks', {
      ...{
        title: `task ${String(this.board.tasks.size)}`,
        goal_id: pick([...this.goals, null], value),
        dependencies: on,
      },
      ...(parent && { parent_task_id: parent.id }),
    });
    const isCircle =
      parent !== undefined &&
      on.some((id) =>
        id === parent.id || wouldCircle(this.board, parent.id, id) ? wouldWait(this.board, id, parent.id) : false,
      );
    return { answer, fits: (parent === undefined || isOpenTask(parent)) && !isCircle };
  }

  private async nest(task: TaskRow, parent: TaskRow | null, patch: (body: object) => Promise<Answer>) {
    const answer = await patch({ parent_task_id: parent?.id ?? null });
    const isSame = (parent?.id ?? null) === task.parent_task_id;
    const fits = isSame || parent === null || (isOpenTask(parent) && !wouldCircle(this.board, parent.id, task.id));
    return { answer, fits, task };
  }

  private async restore(a: number) {
    const deleted = [...this.board.tasks.values()]
      .filter((task) => !isLive(task))
      .toSorted((x, y) => (x.id < y.id ? -1 : 1));
    if (deleted.length === 0) return undefined;
    const task = pick(deleted, a);
    const parent = task.parent_task_id === null ? undefined : this.board.tasks.get(task.parent_task_id);
    const answer = await this.story.ask('POST', `/tasks/${task.id}/restore`);
    return { answer, fits: parent === undefined || isLive(parent), task };
  }

  private async hold(a: number) {
    const goal = this.board.goals.get(pick(this.goals, a))!;
    const to = goal.status === 'active' ? 'on_hold' : 'active';
    return { answer: await this.story.ask('POST', `/goals/${goal.id}/transitions`, { to, reason: 'why' }), fits: true };
  }
}

/** Whether `from` waits for `to`, directly or not. */
const wouldWait = (board: Board, from: string, to: string): boolean => from === to || wouldCircle(board, to, from);

const shownFlags = ({
  blocked_by,
  is_blocked,
  is_ready,
}: Pick<TaskView, 'blocked_by' | 'is_blocked' | 'is_ready'>) => ({
  ...{ blocked_by: blocked_by.toSorted(), is_blocked, is_ready },
});

/** Who must be told to be ready: others that were not and are, through a task, and one whose own block is over. */
const becameReady = (before: Board, after: Board, changed?: TaskRow): string[] =>
  [...after.tasks.values()]
    .filter((task) => {
      const old = before.tasks.get(task.id);
      if (!old || !isLive(old) || !isLive(task)) return false;
      if (old.goal_id !== null && before.goals.get(old.goal_id)!.status !== after.goals.get(old.goal_id)!.status)
        return false;
      if (flagsOf(before, old).is_ready || !flagsOf(after, task).is_ready) return false;
      return task.id !== changed?.id || old.status === 'blocked';
    })
    .map(({ id }) => id)
    .toSorted();

it('On every board, whatever is done to its tasks, nothing waits for itself or starts too early, and all that is derived is right', async () => {
  const step = fc.record({ kind: fc.constantFrom(...KINDS), a: fc.nat(1000), b: fc.nat(1000), value: fc.nat(1000) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) => {
      const teller = new Teller(await GoalStory.begin(app));
      await teller.begin();
      for (const one of steps) await teller.take(one);
    }),
    { numRuns: 200, endOnFailure: true },
  );
  for (const kind of new Set(KINDS)) expect([kind, (accepted.get(kind) ?? 0) > 0]).toEqual([kind, true]);
  for (const kind of ['transition', 'depend', 'nest', 'create'])
    expect([kind, (refused.get(kind) ?? 0) > 0]).toEqual([kind, true]);
}, 300_000);
