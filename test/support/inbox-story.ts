import { randomUUID } from 'node:crypto';
import { Tokens } from '#infrastructure/auth/tokens';
import { NOTICE_GROUP } from '#infrastructure/redis/notice-loop';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import type { InboxPage } from '#application/notifications/views';
import { eventually, type Answer, type Method, type Tenant, type TestApp } from './app';
import { UNSENT } from './outbox';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** What is said of a fact beside its type. */
export interface Said {
  readonly goalId?: string;
  /** Who did it. */
  readonly by?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The people of a tenant, what happens around them, and what they are told of it. */
export class InboxStory {
  private constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
  ) {}

  static async begin(app: TestApp): Promise<InboxStory> {
    return new InboxStory(app, await app.tenant());
  }

  async member(name = 'Ada'): Promise<Person> {
    const id = randomUUID();
    const person = { id, name, email: `${id}@example.org` };
    await this.app.rows(
      `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at)
       VALUES ($1, $2, $3, $4, 'Viewer', now(), now())`,
      [this.tenant.id, id, person.email, name],
    );
    return person;
  }

  ask<T = Record<string, unknown>>(person: Person, method: Method, path: string, body?: unknown): Promise<Answer<T>> {
    const claims = { userId: person.id, tenantId: this.tenant.id, role: 'Viewer' } as const;
    const token = this.app.nest.get(Tokens).access(claims, 3600);
    return this.app.ask<T>(method, path, { token, ...(body !== undefined && { body }) });
  }

  /** What they find in their inbox. */
  async inbox(person: Person, query = ''): Promise<InboxPage> {
    const { status, body, text } = await this.ask<InboxPage>(person, 'GET', `/notifications${query}`);
    if (status !== 200) throw new Error(text);
    return body;
  }

  /** The kinds they were told of, once everything that was told outside has come to them; the latest first. */
  async kinds(person: Person): Promise<string[]> {
    await this.settled();
    return (await this.inbox(person)).items.map(({ kind }) => kind);
  }

  /** A fact as another context tells it: a row of the outbox. Answers its id. */
  async tell(type: string, { goalId, by = null, details = {} }: Said = {}): Promise<string> {
    const id = randomUUID();
    const message = {
      ...{ id, event_type: type, tenant_id: this.tenant.id, goal_id: goalId ?? null, user_id: by },
      ...{ timestamp: new Date().toISOString(), request_id: null, version: 1, details },
    };
    await this.app.rows('INSERT INTO outbox (tenant_id, message_id, message, created_at) VALUES ($1, $2, $3, now())', [
      this.tenant.id,
      id,
      JSON.stringify(message),
    ]);
    return id;
  }

  /** A task of theirs has become ready. */
  ready(person: Person, title = 'Write it down'): Promise<string> {
    return this.tell('task.ready', { details: { task_id: randomUUID(), title, assigned_to: person.id } });
  }

  /** Everything that was written to the outbox has gone out, has been read and is acknowledged. */
  async settled(): Promise<void> {
    await eventually(
      async () => {
        const [row] = await this.app.rows<{ waiting: number; last: string | null }>(
          `SELECT count(*) FILTER (WHERE ${UNSENT})::int AS waiting, max(publish_seq)::text AS last FROM outbox`,
        );
        return { ...row, ...(await this.group()) };
      },
      ({ waiting, last, pending, read }) => waiting === 0 && pending === 0 && read === `${last ?? 0}-0`,
    );
  }

  private async group(): Promise<{ pending: number; read: string }> {
    const groups = (await this.app.redis.xinfo('GROUPS', OUT_STREAM).catch(() => [])) as unknown[][];
    const fields = groups.find((one) => one[one.indexOf('name') + 1] === NOTICE_GROUP) ?? [];
    const field = (name: string): unknown => fields[fields.indexOf(name) + 1];
    return { pending: Number(field('pending')), read: String(field('last-delivered-id')) };
  }
}
