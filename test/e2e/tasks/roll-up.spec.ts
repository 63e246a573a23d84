import { TestApp } from '../../support/app';
import { TaskStory } from '../../support/task-story';

let app: TestApp;
let story: TaskStory;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  story = await TaskStory.begin(app);
});

describe('The progress of goals', () => {
  it('follows whatever is done to their tasks, in both goals that a change concerns', async () => {
    const { id: goal } = await story.goals.goal({ progress_source: 'tasks' });
    const { id: other } = await story.goals.goal({ progress_source: 'tasks', task_weighting: 'estimate' });
    const shown = async () => {
      const both = [await story.goals.read(goal), await story.goals.read(other)];
      return both.map(({ progress_percentage }) => progress_percentage);
    };
    const [a, b] = [await story.task({ goal_id: goal }), await story.task({ goal_id: goal, percent_complete: 50 })];
    expect(await shown()).toEqual([25, null]);
    await story.pass(a.id, 'completed');
    expect(await shown()).toEqual([75, null]);
    await story.patch(b.id, { percent_complete: 60 });
    expect(await shown()).toEqual([80, null]);
    await story.patch(a.id, { goal_id: other });
    expect(await shown()).toEqual([60, 100]);
    // A subtask takes its parent out of what counts, whatever goal it has itself.
    const child = await story.task({ parent_task_id: b.id, goal_id: other, estimated_hours: 3 });
    expect(await shown()).toEqual([null, 50]);
    await story.patch(child.id, { parent_task_id: null });
    expect(await shown()).toEqual([60, 50]);
    await story.patch(child.id, { parent_task_id: b.id });
    await story.remove(b.id);
    expect(await shown()).toEqual([null, 100]);
    await story.ask('POST', `/tasks/${b.id}/restore`);
    expect(await shown()).toEqual([null, 50]);
    await story.pass(child.id, 'cancelled');
    expect(await shown()).toEqual([null, 100]);
  });

  it('stops nobody when goals end while their tasks are completed, made and renamed', async () => {
    const { id: root } = await story.goals.goal({ progress_source: 'children' });
    for (let round = 0; round < 3; round += 1) {
      const below = { parent_goal_id: root, progress_source: 'tasks' };
      const goals = await Promise.all([1, 2, 3].map(() => story.goals.goal(below)));
      const tasks = await Promise.all(goals.flatMap(({ id }) => [1, 2].map(() => story.task({ goal_id: id }))));
      const answers = await Promise.all([
        ...tasks.map(({ id }) => story.change(id, 'completed')),
        ...goals.map(({ id }) => story.goals.change(id, 'achieved', { on_children: 'cascade' })),
        ...goals.map(({ id }) => story.ask('POST', '/tasks', { title: 'Late', goal_id: id })),
        ...tasks.map(({ id }) => story.patch(id, { title: 'Renamed' })),
      ]);
      expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
      for (const { id } of goals) {
        const { items } = await story.goals.must<{ items: { status: string }[] }>(200, 'GET', `/goals/${id}/tasks`);
        expect(items.filter(({ status }) => status !== 'completed')).toEqual([]);
      }
    }
  });
});
