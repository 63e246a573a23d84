import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { freePort } from '#infrastructure/local/processes';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { NOTICE_GROUP } from '#infrastructure/redis/notice-loop';
import { shardKey } from '#infrastructure/redis/stream-loop';
import { eventually } from '../../support/app';
import { PROJECT, Program } from '../../support/built';
import type { TestDatabase } from '../../support/database';
import type { PrivateRedis } from '../../support/private-redis';

export type Json = Readonly<Record<string, unknown>>;

/** An entry of the stream of outgoing events. */
export interface Told {
  readonly event_type: string;
  readonly details: Json;
  readonly traceparent: string | undefined;
}

export const SECRET_KEY = `the secret ${randomUUID()}`;
export const PASSWORD = `pass ${randomUUID()}`;

const running = new Set<SeparateService>();

/** The API, and a worker where one is wanted, each in a process of its own as in production; and an Owner who asks. */
export class SeparateService {
  token = '';

  private constructor(
    readonly port: number,
    readonly redis: Redis,
    private readonly programs: readonly Program[],
  ) {}

  static async start(
    files: readonly ('api' | 'worker')[],
    database: TestDatabase,
    redis: PrivateRedis,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<SeparateService> {
    const port = await freePort(0);
    const env = {
      ...{ DATABASE_URL: database.appUrl, REDIS_URL: redis.url, SECRET_KEY, PORT: String(port), METRICS_PORT: '0' },
      ...settings,
    };
    const programs = files.map((file) => Program.start(`apps/${file}/main.js`, [], { cwd: PROJECT, env }));
    const service = new SeparateService(port, new Redis(redis.url), programs);
    running.add(service);
    await eventually(
      () => fetch(`${service.url}/health/ready`).catch(() => undefined),
      (answer) => answer?.ok === true,
      30_000,
    );
    const account = { email: `${randomUUID()}@example.org`, password: PASSWORD, name: 'Ada', tenant_name: 'Engines' };
    service.token = String((await service.ask('POST', '/auth/register', account)).access_token);
    return service;
  }

  private get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** The answer's body; throws with it when it is no success. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Json> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== '' && { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const read = (await answer.json()) as Json;
    if (!answer.ok) throw new Error(JSON.stringify(read));
    return read;
  }

  /** Adds entries to the way in, all in the same moment. */
  async add(...entries: readonly (readonly string[])[]): Promise<void> {
    const all = this.redis.multi();
    for (const fields of entries) all.xadd(shardKey(0), '*', ...fields);
    await all.exec();
  }

  /** What has gone out, once one of this type has whose details hold this text. */
  async told(type: string, about: string): Promise<Told> {
    const find = async () =>
      (await this.outgoing()).find(
        ({ event_type, details }) => event_type === type && Object.values(details).includes(about),
      );
    return (await eventually(find, (one) => one !== undefined))!;
  }

  /** Waits until the worker itself has read all that has gone out. */
  async heard(): Promise<void> {
    const groups = async () => (await this.redis.xinfo('GROUPS', OUT_STREAM)) as unknown[][];
    const field = (fields: readonly unknown[], name: string) => fields[fields.indexOf(name) + 1];
    await eventually(groups, (all) =>
      all.some((one) => field(one, 'name') === NOTICE_GROUP && field(one, 'pending') === 0 && field(one, 'lag') === 0),
    );
  }

  /** What the processes have printed so far. */
  get log(): string {
    return this.programs.map(({ out, err }) => out + err).join('');
  }

  /** What is left when a test has failed. */
  static async killAll(): Promise<void> {
    await Promise.all([...running].map((service) => service.end('SIGKILL')));
  }

  /** Asks the processes to end, and answers their exit codes. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<(number | null)[]> {
    running.delete(this);
    this.redis.disconnect();
    return Promise.all(this.programs.map(async (program) => (await program.end(signal)).code));
  }

  private async outgoing(): Promise<Told[]> {
    const entries = await this.redis.xrange(OUT_STREAM, '-', '+');
    return entries.map(([, [field, json = '', beside, traceparent]]) => {
      expect([field, beside]).toEqual(['event', traceparent === undefined ? undefined : 'traceparent']);
      return { ...(JSON.parse(json) as Told), traceparent };
    });
  }
}
