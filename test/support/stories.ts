import { randomUUID } from 'node:crypto';
import type { Answer, TestApp, Tenant } from './app';

export type Json = Record<string, unknown>;
export type GoalAnswer = Answer<Json & { readonly id: string; readonly version: number }>;

/** A tenant's Admin at work over HTTP: the steps that stories have in common. */
export class Story {
  constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
  ) {}

  static async begin(app: TestApp): Promise<Story> {
    return new Story(app, await app.tenant());
  }

  get token(): string {
    return this.tenant.token.Admin;
  }

  post<T = Json>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.app.ask<T>('POST', path, { token: this.token, body, headers });
  }

  put<T = Json>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return this.app.ask<T>('PUT', path, { token: this.token, body });
  }

  get<T = Json>(path: string): Promise<Answer<T>> {
    return this.app.ask<T>('GET', path, { token: this.token });
  }

  patch<T = Json>(path: string, version: number | undefined, body: unknown): Promise<Answer<T>> {
    return this.app.ask<T>('PATCH', path, { token: this.token, body, headers: ifMatch(version) });
  }

  delete(path: string, version?: number): Promise<Answer> {
    return this.app.ask('DELETE', path, { token: this.token, headers: ifMatch(version) });
  }

  async workflow(more: Json = {}): Promise<string> {
    const made = await this.post<{ id: string }>('/workflows', { name: `Workflow ${randomUUID()}`, ...more });
    return wellDone(made, 201).body.id;
  }

  async activate(workflow: string): Promise<void> {
    wellDone(await this.post(`/workflows/${workflow}/activate`), 200);
  }

  async pause(workflow: string): Promise<void> {
    wellDone(await this.post(`/workflows/${workflow}/pause`), 200);
  }

  configure(workflow: string, goal: Json): Promise<GoalAnswer> {
    return this.post(`/workflows/${workflow}/goals`, goal);
  }

  /** A goal that only the form of this id reaches. */
  async goal(workflow: string, form: string = randomUUID(), more: Json = {}): Promise<GoalAnswer['body']> {
    const made = await this.configure(workflow, { goal_type: 'form_submitted', criteria: { form_id: form }, ...more });
    return wellDone(made, 201).body;
  }

  /** An open enrollment, written past the service. */
  async enrollment(workflow: string, contact: string, more: { at?: string; status?: string } = {}): Promise<string> {
    const { at = new Date(Date.now() - 60_000).toISOString(), status = 'active' } = more;
    const id = randomUUID();
    await this.app.rows(
      `WITH c AS (INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at)
                  VALUES ($1, $2, $3, now(), now()) ON CONFLICT (tenant_id, external_id) DO UPDATE SET updated_at = now()
                  RETURNING id)
       INSERT INTO workflow_enrollments (tenant_id, id, workflow_id, contact_id, status, enrolled_at, exited_at, created_at)
       SELECT $1, $4, $5, c.id, $6, $7, CASE WHEN $6 = 'active' THEN NULL ELSE now() END, now() FROM c`,
      [this.tenant.id, randomUUID(), contact, id, workflow, status, at],
    );
    return id;
  }
}

export const wellDone = <T>(answer: Answer<T>, status: number): Answer<T> => {
  if (answer.status !== status)
    throw new Error(`${String(answer.status)} instead of ${String(status)}: ${answer.text}`);
  return answer;
};

const ifMatch = (version: number | undefined): Record<string, string> =>
  version === undefined ? {} : { 'if-match': `"${String(version)}"` };

/** The pointers of a problem's faults, in order. */
export const pointersOf = (answer: Answer<unknown>): string[] =>
  (answer.body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer).sort();
