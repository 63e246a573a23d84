import type { Page } from '#application/shared/listing';
import type { GoalView } from '#application/goals/views';
import type { Role } from '#domain/shared/permissions';
import type { Answer, Ask, Method, Tenant, TestApp } from './app';

/** A tenant's people at work on their goals in the running service. */
export class GoalStory {
  private constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
  ) {}

  static async begin(app: TestApp): Promise<GoalStory> {
    return new GoalStory(app, await app.tenant());
  }

  ask<T = Record<string, unknown>>(
    method: Method,
    path: string,
    body?: unknown,
    role: Role = 'Editor',
    more: Ask = {},
  ): Promise<Answer<T>> {
    return this.app.ask<T>(method, path, {
      token: this.tenant.token[role],
      ...(body !== undefined && { body }),
      ...more,
    });
  }

  /** The body of what must be answered with this status. */
  async must<T = Record<string, unknown>>(
    status: number,
    method: Method,
    path: string,
    body?: unknown,
    role?: Role,
  ): Promise<T> {
    const answer = await this.ask<T>(method, path, body, role);
    if (answer.status !== status)
      throw new Error(`${method} ${path}: ${String(answer.status)} instead of ${String(status)}: ${answer.text}`);
    return answer.body;
  }

  goal(more: object = {}): Promise<GoalView> {
    return this.must<GoalView>(201, 'POST', '/goals', { name: 'A goal', goal_type: 'tactical', ...more });
  }

  read(id: string): Promise<GoalView> {
    return this.must<GoalView>(200, 'GET', `/goals/${id}`);
  }

  page<T>(path: string): Promise<Page<T>> {
    return this.must<Page<T>>(200, 'GET', path, undefined, 'Viewer');
  }

  /** The goal is gone, as its deletion leaves it. */
  async remove(id: string): Promise<void> {
    const { version } = await this.read(id);
    const answer = await this.ask('DELETE', `/goals/${id}?on_children=cascade`, undefined, 'Owner', {
      headers: { 'if-match': `"${String(version)}"` },
    });
    if (answer.status !== 204) throw new Error(answer.text);
  }

  /** What was told outside of a type, in its order. */
  async told(type: string): Promise<Readonly<Record<string, unknown>>[]> {
    const rows = await this.app.rows<{ message: string }>(
      'SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id',
      [this.tenant.id],
    );
    const messages = rows.map(({ message }) => JSON.parse(message) as Readonly<Record<string, unknown>>);
    return messages.filter(({ event_type }) => event_type === type);
  }
}
