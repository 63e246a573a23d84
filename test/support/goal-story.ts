import type { Page } from '#application/shared/listing';
import type { GoalView } from '#application/goals/views';
import type { Role } from '#domain/shared/permissions';
import type { Answer, Method, Tenant, TestApp } from './app';

/** As whom something is asked, which version of it they have seen, and what else is said beside it. */
interface As {
  readonly role?: Role;
  readonly version?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly event_type: string;
  readonly goal_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One of a tenant's people at work on its goals in the running service. */
export class GoalStory {
  private constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
    private readonly role: Role,
  ) {}

  static async begin(app: TestApp, role: Role = 'Owner'): Promise<GoalStory> {
    return new GoalStory(app, await app.tenant(), role);
  }

  ask<T = Record<string, unknown>>(
    method: Method,
    path: string,
    body?: unknown,
    { role = this.role, version, headers }: As = {},
  ): Promise<Answer<T>> {
    return this.app.ask<T>(method, path, {
      token: this.tenant.token[role],
      ...(body !== undefined && { body }),
      headers: { ...(version !== undefined && { 'if-match': `"${String(version)}"` }), ...headers },
    });
  }

  /** The body of what must be answered with this status. */
  async must<T = Record<string, unknown>>(
    status: number,
    method: Method,
    path: string,
    body?: unknown,
    as?: As,
  ): Promise<T> {
    const answer = await this.ask<T>(method, path, body, as);
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

  /** What a Viewer reads there. */
  page<T>(path: string): Promise<Page<T>> {
    return this.must<Page<T>>(200, 'GET', path, undefined, { role: 'Viewer' });
  }

  /** Names of a list's items, in their order. */
  async names(query: string): Promise<string[]> {
    const { items } = await this.must<Page<GoalView>>(200, 'GET', `/goals?${query}`);
    return items.map(({ name }) => name);
  }

  /** Changes its status; whoever must say why, says so. */
  change(id: string, to: string, more: object = {}): Promise<Answer> {
    return this.ask('POST', `/goals/${id}/transitions`, { to, reason: 'because', ...more });
  }

  async patch(id: string, body: object): Promise<Answer> {
    return this.ask('PATCH', `/goals/${id}`, body, { version: (await this.read(id)).version });
  }

  /** As the Owner: not everybody who works on goals may delete them. */
  async remove(id: string, query = ''): Promise<Answer> {
    const { version } = await this.read(id);
    return this.ask('DELETE', `/goals/${id}${query}`, undefined, { role: 'Owner', version });
  }

  /** The goal is gone, with all below it. */
  async discard(id: string): Promise<void> {
    const { status, text } = await this.remove(id, '?on_children=cascade');
    if (status !== 204) throw new Error(text);
  }

  /** What was told outside so far, of one goal or of all, and of the types that begin so; in its order. */
  async told({ goal, type = '' }: { readonly goal?: string; readonly type?: string }): Promise<Told[]> {
    const rows = await this.app.rows<{ message: string }>(
      'SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id',
      [this.tenant.id],
    );
    return rows
      .map(({ message }) => JSON.parse(message) as Told)
      .filter(({ goal_id, event_type }) => (goal === undefined || goal_id === goal) && event_type.startsWith(type));
  }
}
