import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Redis } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { ROLES, type Role } from '#domain/shared/permissions';
import { Tokens } from '#infrastructure/auth/tokens';
import { readConfig } from '#infrastructure/config/config';
import { createServer, PREFIX } from '#infrastructure/http/server';
import { everythingModule } from '#infrastructure/modules/processes';
import { joinBus } from '#infrastructure/redis/bus';
import { freshDatabase, given, type TestDatabase } from './database';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: T;
  readonly text: string;
}

export interface Ask {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export interface Tenant {
  readonly id: string;
  readonly userId: string;
  readonly token: Readonly<Record<Role, string>>;
}

const LIMITS = ['', '_EVENTS', '_ANALYTICS', '_AUTH', '_LOGIN'].map((name) => `RATE_LIMIT${name}`);

/** The whole service in this process, on a database and a Redis database of its own. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly redisUrl: string,
    readonly redis: Redis,
    /** As the superuser, who sees every row. */
    readonly sql: Client,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const [database, redisUrl] = await Promise.all([freshDatabase(), freshRedis()]);
    const config = readConfig({
      NODE_ENV: 'test',
      PORT: '0',
      METRICS_PORT: '0',
      DATABASE_URL: database.appUrl,
      REDIS_URL: redisUrl,
      SECRET_KEY: 'a secret of at least thirty-two bytes, for tests',
      // Counted, and never too many.
      ...Object.fromEntries(LIMITS.map((name) => [name, '1000000'])),
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      ...settings,
    });
    const nest = await createServer(everythingModule(config), config);
    await nest.init();
    joinBus(nest);
    await nest.getHttpAdapter().getInstance().ready();
    const sql = new Client({ connectionString: database.superUrl });
    sql.on('error', () => undefined);
    await sql.connect();
    return new TestApp(nest, database, redisUrl, new Redis(redisUrl), sql);
  }

  async stop(): Promise<void> {
    await this.nest.close();
    this.redis.disconnect();
    await this.sql.end();
    await this.database.drop();
  }

  /** `path` is below `/api/v1` unless it begins with a double slash (`//health`). */
  async ask<T = Record<string, unknown>>(method: Method, path: string, ask: Ask = {}): Promise<Answer<T>> {
    const payload = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
    const answer = await this.nest
      .getHttpAdapter()
      .getInstance()
      .inject({
        method,
        url: path.startsWith('//') ? path.slice(1) : `/${PREFIX}${path}`,
        headers: {
          ...(ask.token !== undefined && { authorization: `Bearer ${ask.token}` }),
          ...(payload !== undefined && { 'content-type': 'application/json' }),
          ...ask.headers,
        },
        ...(payload !== undefined && { payload }),
      });
    const text = answer.payload;
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string | undefined>,
      body: (text !== '' && isJson(answer.headers['content-type']) ? JSON.parse(text) : {}) as T,
      text,
    };
  }

  /** A new tenant with one member, its Owner, who has a token for each role. */
  async tenant(id: string = randomUUID()): Promise<Tenant> {
    const userId = randomUUID();
    await this.sql.query('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
      id,
      `tenant ${id}`,
    ]);
    await this.sql.query(
      `INSERT INTO users (tenant_id, id, email, name, role, email_confirmed_at, created_at, updated_at)
       VALUES ($1, $2, $3, 'Olivia Owner', 'Owner', now(), now(), now())`,
      [id, userId, `owner@${id}.example`],
    );
    const tokens = this.nest.get(Tokens);
    const token = Object.fromEntries(ROLES.map((role) => [role, tokens.access({ userId, tenantId: id, role }, 3600)]));
    return { id, userId, token: token as Record<Role, string> };
  }

  async rows<R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> {
    return (await this.sql.query<R>(text, [...parameters])).rows;
  }
}

const isJson = (type: unknown): boolean => typeof type === 'string' && type.includes('json');

const DATABASES = 64;

/** The next of Redis's databases, emptied. Channels are not parted by them: tests tell their own messages by the tenant. */
export const freshRedis = async (): Promise<string> => {
  const url = given('TEST_REDIS_URL');
  const redis = new Redis(url);
  const number = 1 + ((await redis.incr('tests:databases')) % (DATABASES - 1));
  await redis.select(number);
  await redis.flushdb();
  redis.disconnect();
  return `${url.replace(/\/\d*$/, '')}/${String(number)}`;
};

/** Asks again until the answer fits; throws with the last one when the time is up. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > end) throw new Error(`it did not come to pass; last seen: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
