import { randomUUID } from 'node:crypto';
import type { TaskStory } from '../../support/task-story';

const ANOTHER = {
  title: 'Write the ten answers',
  description: 'One page each',
  priority: 'critical',
  owner_id: randomUUID(),
  due_date: '2026-06-30',
  estimated_hours: 8,
  actual_hours: 2.5,
  percent_complete: 40,
  tags: ['north', 'shops'],
  metadata: { board: { code: 'N' } },
};

/** Whatever can be done to tasks and what they wait for. */
export class TaskChanges {
  constructor(private readonly story: TaskStory) {}

  async changeEverything(): Promise<void> {
    await this.edit();
    await this.passThroughStatuses();
    await this.assign();
    await this.waitFor();
    await this.deleteTrees();
  }

  /** Every field at once, and the place alone. */
  private async edit(): Promise<void> {
    const [{ id: goal }, { id: parent }] = [await this.story.goals.goal(), await this.story.task()];
    const { id } = await this.story.task({ parent_task_id: parent, assigned_to: await this.story.member() });
    await this.patch(id, ANOTHER);
    await this.patch(id, { goal_id: goal, parent_task_id: null });
    await this.patch(id, { goal_id: goal, title: ANOTHER.title });
  }

  /** Every change of status there is. */
  private async passThroughStatuses(): Promise<void> {
    const { id } = await this.story.task({ percent_complete: 10 });
    await this.story.pass(id, 'in_progress', 'todo', 'blocked', 'todo', 'in_progress', 'blocked', 'in_progress');
    await this.story.pass(id, 'completed', 'todo', 'completed', 'todo', 'cancelled', 'todo', 'in_progress');
    await this.story.pass(id, 'blocked', 'cancelled', 'todo', 'blocked');
    expect((await this.story.change(id, 'completed')).status).toBe(409);
  }

  private async assign(): Promise<void> {
    const [{ id }, member] = [await this.story.task(), await this.story.member()];
    for (const to of [member, member, null])
      await this.story.goals.must(200, 'POST', `/tasks/${id}/assignment`, { assigned_to: to });
  }

  private async waitFor(): Promise<void> {
    const [one, other] = [await this.story.task(), await this.story.task()];
    const { id } = await this.story.after(one);
    await this.story.depend(id, other.id);
    expect((await this.story.depend(other.id, id)).status).toBe(409);
    await this.story.pass(one.id, 'completed');
    await this.story.goals.must(204, 'DELETE', `/tasks/${id}/dependencies/${other.id}`);
    expect(await this.story.typesTold(id)).toContain('task.ready');
  }

  private async deleteTrees(): Promise<void> {
    const top = await this.story.task();
    const below = await this.story.task({ parent_task_id: top.id });
    await this.story.after(below);
    expect((await this.story.remove(top.id)).status).toBe(204);
    await this.story.goals.must(200, 'POST', `/tasks/${top.id}/restore`);
  }

  private async patch(id: string, body: object): Promise<void> {
    expect(await this.story.patch(id, body)).toMatchObject({ status: 200 });
  }
}
