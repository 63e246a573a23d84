import type { Answer, Method, TestApp, Tenant } from '../../support/app';

export type Goal = Record<string, unknown> & { readonly id: string; readonly version: number };

/** Goals of one tenant, made and asked about over HTTP by its Owner. */
export class GoalStory {
  private constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
  ) {}

  static async of(app: TestApp): Promise<GoalStory> {
    return new GoalStory(app, await app.tenant());
  }

  ask(method: Method, path: string, body?: unknown, version?: number): Promise<Answer> {
    return this.app.ask(method, path, {
      token: this.tenant.token.Owner,
      ...(body !== undefined && { body }),
      ...(version !== undefined && { headers: { 'if-match': `"${version}"` } }),
    });
  }

  async goal(more: object = {}): Promise<Goal> {
    const { status, body, text } = await this.ask('POST', '/goals', {
      name: 'A goal',
      goal_type: 'strategic',
      ...more,
    });
    if (status !== 201) throw new Error(text);
    return body as Goal;
  }

  async read(id: string): Promise<Goal> {
    const { status, body, text } = await this.ask('GET', `/goals/${id}`);
    if (status !== 200) throw new Error(text);
    return body as Goal;
  }

  change(id: string, to: string, more: object = {}): Promise<Answer> {
    return this.ask('POST', `/goals/${id}/transitions`, { to, reason: 'because', ...more });
  }

  async patch(id: string, body: object): Promise<Answer> {
    return this.ask('PATCH', `/goals/${id}`, body, (await this.read(id)).version);
  }

  async remove(id: string, query = ''): Promise<Answer> {
    return this.ask('DELETE', `/goals/${id}${query}`, undefined, (await this.read(id)).version);
  }

  /** Names of a list's items, in their order. */
  async names(query: string): Promise<string[]> {
    const { status, body, text } = await this.ask('GET', `/goals?${query}`);
    if (status !== 200) throw new Error(text);
    return (body.items as { name: string }[]).map(({ name }) => name);
  }

  /** What was told outside of a goal so far. */
  async told(id: string): Promise<(Record<string, unknown> & { event_type: string })[]> {
    const rows = await this.app.rows<{ message: string }>(
      `SELECT message FROM outbox WHERE message::json ->> 'goal_id' = $1 ORDER BY id`,
      [id],
    );
    return rows.map(({ message }) => JSON.parse(message) as Record<string, unknown> & { event_type: string });
  }
}
