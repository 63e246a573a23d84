import type { Role } from '#domain/shared/permissions';
import type { Counter } from '#application/workflows/ports/analytics-read-model';
import { type TestApp, type Answer, type Ask, type Method, type Tenant } from './app';

export interface ShownAction {
  readonly id: string;
  readonly position: number;
  readonly action_type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly scheduled_at: string;
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly finished_at: string | null;
  readonly lease_expires_at: string | null;
}

export interface ShownEnrollment {
  readonly id: string;
  readonly workflow_id: string;
  readonly contact_id: string | null;
  readonly status: string;
  readonly enrolled_at: string;
  readonly exited_at: string | null;
  readonly exit_reason: string | null;
  readonly pending_actions: readonly ShownAction[];
  readonly achievements: readonly Readonly<Record<string, unknown>>[];
  readonly timeline: readonly { readonly at: string; readonly event: string; readonly detail: string | null }[];
}

export interface Claimed extends ShownAction {
  readonly enrollment_id: string;
  readonly workflow_id: string;
  readonly contact_id: string;
  readonly token: string;
}

export interface Told {
  readonly event_type: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export const MAIL = { type: 'action', action: 'send_email', config: { template: 't-1' } };
export const TAG = { type: 'action', action: 'add_tag' };
export const DAY = { type: 'wait', duration: 'P1D' };

/** A tenant's engine at work on the running service: the steps of a story in its words. */
export class Story {
  private names = 0;

  private constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
  ) {}

  static async begin(app: TestApp): Promise<Story> {
    return new Story(app, await app.tenant());
  }

  ask<T = Record<string, unknown>>(
    method: Method,
    path: string,
    body?: unknown,
    role: Role = 'Owner',
    more: Ask = {},
  ): Promise<Answer<T>> {
    return this.app.ask<T>(method, path, {
      token: this.tenant.token[role],
      ...(body !== undefined && { body }),
      ...more,
    });
  }

  /** An active workflow. */
  async workflow(steps: readonly unknown[] = [], more: object = {}): Promise<string> {
    const name = `workflow ${String((this.names += 1))}`;
    const made = await this.ask('POST', '/workflows', { name, steps, ...more });
    const id = String(made.body.id);
    await this.must(200, this.ask('POST', `/workflows/${id}/activate`));
    return id;
  }

  async enroll(workflow: string, contact: string, more: object = {}): Promise<ShownEnrollment> {
    const asked = this.ask<ShownEnrollment>('POST', `/workflows/${workflow}/enrollments`, {
      contact_id: contact,
      ...more,
    });
    return (await this.must(201, asked)).body;
  }

  async enrollment(id: string): Promise<ShownEnrollment> {
    return (await this.must(200, this.ask<ShownEnrollment>('GET', `/enrollments/${id}`))).body;
  }

  async claim(limit = 200, more: object = {}): Promise<readonly Claimed[]> {
    const asked = this.ask<{ items: Claimed[] }>('POST', '/pending-actions/claim', {
      limit,
      lease_seconds: 60,
      ...more,
    });
    return (await this.must(200, asked)).body.items;
  }

  complete({ id, token }: Pick<Claimed, 'id' | 'token'>): Promise<Answer> {
    return this.ask('POST', `/pending-actions/${id}/complete`, { token });
  }

  fail({ id, token }: Pick<Claimed, 'id' | 'token'>, more: object = {}): Promise<Answer> {
    return this.ask('POST', `/pending-actions/${id}/fail`, { token, ...more });
  }

  async must<T>(status: number, asked: Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await asked;
    if (answer.status !== status)
      throw new Error(`${String(answer.status)} instead of ${String(status)}: ${answer.text}`);
    return answer;
  }

  /** What has been told outside so far, of these types, in its order. */
  async told(...types: readonly string[]): Promise<Told[]> {
    const rows = await this.app.rows<{ message: string }>(
      'SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id',
      [this.tenant.id],
    );
    return rows
      .map(({ message }) => JSON.parse(message) as Told)
      .filter(({ event_type }) => types.includes(event_type));
  }

  async counter(workflow: string, counter: Counter): Promise<number> {
    const [row] = await this.app.rows<{ value: string | null }>(
      `SELECT sum(${counter}) AS value FROM workflow_daily_counters WHERE tenant_id = $1 AND workflow_id = $2`,
      [this.tenant.id, workflow],
    );
    return Number(row?.value ?? 0);
  }

  /** Time goes on for an enrollment: everything about its steps that lies ahead comes this much nearer. */
  async letPass(enrollment: string, interval: string): Promise<void> {
    await this.app.sql.query(
      `UPDATE workflow_pending_actions SET scheduled_at = scheduled_at - $2::interval, lease_expires_at = lease_expires_at - $2::interval
       WHERE enrollment_id = $1`,
      [enrollment, interval],
    );
  }
}

export const codeOf = ({ status, body }: Answer): string => `${String(status)} ${String(body.code)}`;
