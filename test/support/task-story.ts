import { randomUUID } from 'node:crypto';
import type { TaskView } from '#application/tasks/views';
import type { Answer, Tenant, TestApp } from './app';
import { GoalStory, type Told } from './goal-story';

/** One of a tenant's people at work on its tasks in the running service. */
export class TaskStory {
  private constructor(
    readonly app: TestApp,
    readonly goals: GoalStory,
  ) {}

  static async begin(app: TestApp): Promise<TaskStory> {
    return new TaskStory(app, await GoalStory.begin(app));
  }

  get tenant(): Tenant {
    return this.goals.tenant;
  }

  /** Somebody else of the tenant; answers the id. */
  async member(): Promise<string> {
    const id = randomUUID();
    await this.app.sql.query(
      `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at) VALUES ($1, $2, $3, 'Ann', 'Editor', now(), now())`,
      [this.tenant.id, id, `${id}@example.com`],
    );
    return id;
  }

  task(more: object = {}): Promise<TaskView> {
    return this.goals.must<TaskView>(201, 'POST', '/tasks', { title: 'A task', ...more });
  }

  /** A task that waits for others. */
  after(...dependencies: readonly { readonly id: string }[]): Promise<TaskView> {
    return this.task({ title: 'A later task', dependencies: dependencies.map(({ id }) => id) });
  }

  read(id: string): Promise<TaskView> {
    return this.goals.must<TaskView>(200, 'GET', `/tasks/${id}`);
  }

  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
    return this.goals.ask(method, path, body);
  }

  change(id: string, to: string, more: object = {}, role: 'Owner' | 'Editor' = 'Owner'): Promise<Answer> {
    return this.goals.ask('POST', `/tasks/${id}/transitions`, { to, ...more }, { role });
  }

  /** The same where it must succeed. */
  async pass(id: string, ...statuses: readonly string[]): Promise<void> {
    for (const to of statuses)
      await this.goals.must(200, 'POST', `/tasks/${id}/transitions`, {
        to,
        ...(to === 'blocked' && { reason: 'why' }),
      });
  }

  async patch(id: string, body: object): Promise<Answer> {
    return this.goals.ask('PATCH', `/tasks/${id}`, body, { version: (await this.read(id)).version });
  }

  async remove(id: string): Promise<Answer> {
    return this.goals.ask('DELETE', `/tasks/${id}`, undefined, { version: (await this.read(id)).version });
  }

  depend(id: string, on: string): Promise<Answer> {
    return this.goals.ask('POST', `/tasks/${id}/dependencies`, { depends_on_id: on });
  }

  /** What was told of tasks so far, of one task or of all, in its order. */
  async told(id?: string): Promise<Told[]> {
    const told = await this.goals.told({ type: 'task.' });
    return told.filter(({ details }) => id === undefined || details.task_id === id);
  }

  async typesTold(id: string): Promise<string[]> {
    return (await this.told(id)).map(({ event_type }) => event_type);
  }

  /** What the audit log says of a task: each action with what changed. */
  async audited(id: string): Promise<{ action: string; changes: Record<string, unknown> }[]> {
    return this.app.rows(
      `SELECT action, changes FROM audit_log WHERE tenant_id = $1 AND entity_type = 'task' AND entity_id = $2 ORDER BY id`,
      [this.tenant.id, id],
    );
  }
}
