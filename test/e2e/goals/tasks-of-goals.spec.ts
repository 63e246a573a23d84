import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { FindGoalStanding, RollUpGoals } from '#application/goals/contract';
import { TestApp } from '../../support/app';
import { GoalStory } from '../../support/goal-story';
import { expectOk } from '../../support/results';
import { putTask, workOn, type NewTask } from '../../support/task-rows';

let app: TestApp;
let story: GoalStory;
let actor: Actor;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await GoalStory.begin(app);
  actor = Actor.member(story.tenant.id, story.tenant.userId, 'Editor');
});

const goal = async (more: object = {}): Promise<string> => (await story.goal(more)).id;
const task = (goalId: string | null, more: NewTask = {}) => putTask(app, story.tenant.id, goalId, more);
const rollUp = async (...ids: string[]) => expectOk(await app.nest.get<Door>(Door).send(new RollUpGoals(actor, ids)));
const shownOf = async (id: string) => (await story.read(id)).progress_percentage;

interface TaskRow {
  readonly status: string;
  readonly goal_id: string | null;
  readonly percent_complete: number;
  readonly deleted: boolean;
  readonly version: number;
}
const seeTask = async (id: string): Promise<TaskRow> => {
  const [row] = await app.rows<TaskRow & Record<string, unknown>>(
    `SELECT status, goal_id, percent_complete, deleted_at IS NOT NULL AS deleted, version FROM tasks WHERE id = $1`,
    [id],
  );
  return row!;
};

interface TaskMessage {
  readonly event_type: string;
  readonly details: Readonly<Record<string, unknown>>;
}
const toldOf = async (id: string): Promise<TaskMessage[]> =>
  (await story.told({ type: 'task.' })).filter(({ details }) => details.task_id === id);

describe('Tasks among what a goal’s progress comes from', () => {
  it('move the goal and all above it once they are rolled up, with an event for each', async () => {
    const root = await goal({ progress_source: 'children' });
    const own = await goal({ parent_goal_id: root, progress_source: 'tasks' });
    await goal({ parent_goal_id: root });
    await task(own, { status: 'completed' });
    await task(own, { status: 'in_progress', percentComplete: 25 });
    await task(own, { status: 'cancelled' });
    await rollUp(own);
    expect([await shownOf(own), await shownOf(root)]).toEqual([63, 31]);
    const told = await story.told({ type: 'goal.progressed' });
    expect(told.slice(-2)).toMatchObject([
      { goal_id: own, details: { owner_id: story.tenant.userId, changes: { progress_percentage: { new: 63 } } } },
      { goal_id: root, details: { changes: { progress_percentage: { new: 31 } } } },
    ]);
  });

  it('count together as one beside the child goals of a mix, which the explanation says with shares', async () => {
    const mix = await goal({ progress_source: 'weighted_mix', task_weighting: 'estimate' });
    const child = await goal({ parent_goal_id: mix, name: 'Child', weight: 3 });
    const estimated = await task(mix, { title: 'A', estimatedHours: 6, status: 'completed' });
    const vague = await task(mix, { title: 'B', percentComplete: 50 });
    const small = await task(mix, { title: 'C', estimatedHours: 2 });
    const split = await task(mix, { title: 'D', percentComplete: 90 });
    await task(null, { parentTaskId: split });
    await story.must(201, 'POST', `/goals/${child}/progress`, { percentage: 80 });
    const explained = await story.must(200, 'GET', `/goals/${mix}/progress/explain`);
    // 3 × 80 and 1 × (6 × 100 + 4 × 50 + 2 × 0) / 12, of 4.
    expect(explained).toMatchObject({
      ...{ source: 'weighted_mix', percentage: 77 },
      contributors: [
        { kind: 'goal', id: child, weight: 3, share: 75, percentage: 80 },
        { kind: 'task', id: estimated, weight: 6, share: 12.5, percentage: 100 },
        { kind: 'task', id: vague, weight: 4, share: 8.3333, percentage: 50 },
        { kind: 'task', id: small, weight: 2, share: 4.1667, percentage: 0 },
      ],
      left_out: [{ kind: 'task', id: split, name: 'D', reason: 'has_subtasks' }],
    });
    expect(await shownOf(mix)).toBe(77);
  });

  it('count from when the goal takes its progress from them', async () => {
    const id = await goal();
    await task(id, { percentComplete: 40 });
    expect(await shownOf(id)).toBe(0);
    expect((await story.patch(id, { progress_source: 'tasks' })).body).toMatchObject({ progress_percentage: 40 });
  });
});

describe('A goal with open tasks', () => {
  it('does not end without a word about them', async () => {
    const id = await goal();
    const open = await task(id, { title: 'Write', status: 'in_progress' });
    await task(id, { status: 'completed' });
    expect(await story.change(id, 'achieved')).toMatchObject({
      status: 409,
      body: {
        ...{ code: 'goal.open-children', children: [] },
        tasks: [{ id: open, title: 'Write', status: 'in_progress' }],
      },
    });
    expect((await story.change(id, 'achieved', { on_children: 'leave' })).status).toBe(200);
    expect(await seeTask(open)).toMatchObject({ status: 'in_progress', version: 1 });
  });

  it('completes them and those below when it is achieved in cascade, and tells what became ready elsewhere', async () => {
    const root = await goal({ progress_source: 'weighted_mix' });
    const child = await goal({ parent_goal_id: root, progress_source: 'tasks' });
    const [own, below] = [await task(root), await task(child, { status: 'blocked', percentComplete: 10 })];
    const other = await goal();
    const waiting = await task(other, { dependsOn: [own, below], title: 'Next' });
    const sibling = await task(child, { dependsOn: [own] });
    expect((await story.change(root, 'achieved', { on_children: 'cascade' })).status).toBe(200);
    for (const id of [own, below, sibling])
      expect(await seeTask(id)).toMatchObject({ status: 'completed', percent_complete: 100, version: 2 });
    expect(await toldOf(below)).toMatchObject([{ event_type: 'task.completed', details: { ended_with: root } }]);
    expect(await toldOf(sibling)).toMatchObject([{ event_type: 'task.completed' }]);
    expect(await toldOf(waiting)).toMatchObject([
      { event_type: 'task.ready', details: { title: 'Next', status: 'todo' } },
    ]);
    expect([await shownOf(child), await shownOf(root)]).toEqual([100, 100]);
  });

  it('cancels them when it is abandoned in cascade, so that they leave its progress', async () => {
    const id = await goal({ progress_source: 'tasks' });
    const [open, done] = [await task(id, { percentComplete: 20 }), await task(id, { status: 'completed' })];
    await rollUp(id);
    expect(await shownOf(id)).toBe(60);
    expect((await story.change(id, 'abandoned', { on_children: 'cascade' })).status).toBe(200);
    expect([await seeTask(open), await seeTask(done)]).toMatchObject([
      { status: 'cancelled', percent_complete: 20 },
      { status: 'completed', version: 1 },
    ]);
    expect(await shownOf(id)).toBe(100);
  });
});

describe('Deleting a goal with tasks', () => {
  it('is refused with a list of them, or takes them with the subtree and brings them back', async () => {
    const root = await goal();
    const child = await goal({ parent_goal_id: root });
    const [own, below] = [await task(root, { status: 'completed' }), await task(child)];
    const waiting = await task(null, { dependsOn: [below] });
    expect(await story.remove(root)).toMatchObject({
      status: 409,
      body: { code: 'goal.live-children', children: [{ id: child }], tasks: [{ id: own, status: 'completed' }] },
    });
    expect((await story.remove(root, '?on_children=cascade')).status).toBe(204);
    expect([await seeTask(own), await seeTask(below)]).toMatchObject([{ deleted: true }, { deleted: true }]);
    expect(await toldOf(waiting)).toMatchObject([{ event_type: 'task.ready' }]);
    expect((await story.ask('POST', `/goals/${root}/restore`, undefined, { role: 'Owner' })).status).toBe(200);
    expect([await seeTask(own), await seeTask(below)]).toMatchObject([
      { deleted: false, goal_id: root, status: 'completed' },
      { deleted: false, goal_id: child, status: 'todo' },
    ]);
    const types = (await toldOf(below)).map(({ event_type, details }) => [event_type, details.restored_with]);
    expect(types).toEqual([
      ['task.deleted', undefined],
      ['task.restored', root],
    ]);
  });

  it('leaves them without a goal when told so, also after it is restored', async () => {
    const id = await goal();
    const own = await task(id);
    expect((await story.remove(id, '?on_children=leave')).status).toBe(204);
    expect((await story.ask('POST', `/goals/${id}/restore`, undefined, { role: 'Owner' })).status).toBe(200);
    expect(await seeTask(own)).toMatchObject({ goal_id: null, deleted: false, version: 2 });
  });
});

describe('How a goal stands', () => {
  it('is known to those who put something under it, within their tenant', async () => {
    const { id, name } = await story.goal();
    const find = async (who: Actor) => expectOk(await app.nest.get<Door>(Door).send(new FindGoalStanding(who, id)));
    expect(await find(actor)).toEqual({ id, name, status: 'active', isOpen: true });
    const foreign = await GoalStory.begin(app);
    expect(await find(Actor.member(foreign.tenant.id, foreign.tenant.userId, 'Owner'))).toBeNull();
  });
});

describe('Work on tasks, reports, and endings at once', () => {
  it('leave no open task under a goal that ended in cascade, and every goal in step, without a deadlock', async () => {
    const root = await goal({ progress_source: 'weighted_mix' });
    const children = [
      await goal({ parent_goal_id: root, progress_source: 'tasks' }),
      await goal({ parent_goal_id: root, progress_source: 'weighted_mix' }),
      await goal({ parent_goal_id: root }),
    ];
    const tasks: string[] = [];
    for (let n = 0; n < 12; n += 1) tasks.push(await task([root, ...children][n % 4]!));
    const work = tasks.map((id, n) => workOn(app, actor, id, 'in_progress', n * 7));
    const reports = [10, 20, 30].map((percentage) =>
      story.ask('POST', `/goals/${children[2]!}/progress`, { percentage }),
    );
    const endings = [
      story.change(children[0]!, 'achieved', { on_children: 'cascade' }),
      story.change(root, 'abandoned', { on_children: 'cascade' }),
      story.change(children[1]!, 'missed', { on_children: 'cascade' }),
    ];
    const more = tasks.map((id, n) =>
      workOn(app, actor, id, n % 2 === 0 ? 'completed' : 'todo', n % 2 === 0 ? 100 : 5),
    );
    const answers = await Promise.all([...reports, ...endings]);
    await Promise.all([...work, ...more]);
    expect(answers.filter(({ status }) => ![200, 201, 409].includes(status))).toEqual([]);
    expect(await story.read(root)).toMatchObject({ status: 'abandoned' });
    const left = await app.rows(
      `SELECT id FROM tasks WHERE tenant_id = $1 AND status NOT IN ('completed', 'cancelled')`,
      [story.tenant.id],
    );
    expect(left).toEqual([]);
    for (const id of [root, ...children])
      expect(await story.must(200, 'GET', `/goals/${id}/progress/explain`)).toMatchObject({
        percentage: await shownOf(id),
      });
  });
});
