import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { readConfig } from '#infrastructure/config/config';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { SystemClock } from '#infrastructure/context/scope';
import { HealthParts } from '#infrastructure/observability/health';
import { OUT_CHANNEL, OUT_STREAM } from '#infrastructure/redis/out-stream';
import { OutboxRelay } from '#infrastructure/redis/outbox-relay';
import { eventually, freshRedis } from '../support/app';
import { freshDatabase, type TestDatabase } from '../support/database';
import { UNSENT } from '../support/outbox';

const DAY_MS = 86_400_000;

interface Message {
  readonly id: string;
  readonly entity: string;
  readonly n: number;
}

describe('the outbox relay', () => {
  let database: TestDatabase;
  let redisUrl: string;
  let redis: Redis;
  let sql: Client;
  const tenantId = randomUUID();
  const started: OutboxRelay[] = [];

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    [database, redisUrl] = await Promise.all([freshDatabase(), freshRedis()]);
    redis = new Redis(redisUrl);
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
    await sql.query(`INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'shop', now(), now())`, [
      tenantId,
    ]);
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((relay) => relay.beforeApplicationShutdown()));
    redis.disconnect();
    await sql.end();
    await database.drop();
  });

  const relay = () => {
    const parts = new HealthParts();
    const config = readConfig({
      DATABASE_URL: database.appUrl,
      REDIS_URL: redisUrl,
      SECRET_KEY: 'x',
      NODE_ENV: 'test',
    });
    const one = new OutboxRelay(config, new SystemClock(), new CrashPoints(), parts);
    one.onApplicationBootstrap();
    started.push(one);
    return {
      health: () => parts.all().relay,
      stop: async () => {
        started.splice(started.indexOf(one), 1);
        await one.beforeApplicationShutdown();
      },
    };
  };

  /** Rows of several entities in one transaction; `n` counts up per entity. */
  const write = async (counts: Record<string, number>, createdAt = new Date(), client = sql): Promise<Message[]> => {
    const written: Message[] = [];
    for (const [entity, count] of Object.entries(counts)) {
      for (let n = 0; n < count; n += 1) written.push({ id: randomUUID(), entity, n });
    }
    await client.query(
      `INSERT INTO outbox (tenant_id, message_id, message, created_at)
       SELECT $1, m.id, m.message, $4 FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS m (id, message, n) ORDER BY m.n`,
      [tenantId, written.map(({ id }) => id), written.map((message) => JSON.stringify(message)), createdAt],
    );
    return written;
  };

  const entries = async (): Promise<{ entry: string; message: Message }[]> =>
    (await redis.xrange(OUT_STREAM, '-', '+')).map(([entry, fields]) => ({
      entry,
      message: JSON.parse(fields[1] ?? '') as Message,
    }));
  const inStream = async () => (await entries()).map(({ message }) => message.id);
  const unsent = async () =>
    (await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM outbox WHERE ${UNSENT}`)).rows[0]?.n;
  const allSent = () => eventually(unsent, (n) => n === 0, 20_000);

  /** The ids of the connections that relays of this test have to Redis. */
  const redisSessions = async (): Promise<string[]> => {
    const clients = ((await redis.client('LIST')) as string).split('\n');
    const own = ['name=goal-service:relay ', `db=${new URL(redisUrl).pathname.slice(1)} `];
    return clients
      .filter((line) => own.every((part) => line.includes(part)))
      .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '');
  };

  /** Cuts every relay off from both servers in the middle of whatever it does. */
  const cutOff = async () => {
    await sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'goal-service-relay' AND datname = current_database()`,
    );
    for (const id of await redisSessions()) await redis.client('KILL', 'ID', id).catch(() => undefined);
  };

  it('puts each row into the stream once, although relays die in the middle of batches', async () => {
    const written: Message[] = [];
    const halfways: number[] = [];
    for (let life = 0; life < 5; life += 1) {
      written.push(...(await write({ [`entity-${String(life)}`]: 4000 })));
      const one = relay();
      const before = await redis.xlen(OUT_STREAM);
      await eventually(
        () => redis.xlen(OUT_STREAM),
        (length) => length > before,
      );
      await cutOff();
      halfways.push((await unsent()) ?? 0);
      await one.stop();
    }
    relay();
    await allSent();
    expect(halfways.some((left) => left > 0)).toBe(true);
    expect((await inStream()).sort()).toEqual(written.map(({ id }) => id).sort());
  });

  it('never reads all of the outbox, although its plans were made while that was empty', async () => {
    const session = new Client({ connectionString: database.appUrl });
    await session.connect();
    const next = async (sent: number) =>
      (await session.query<{ publish_seq: string }>('SELECT publish_seq FROM relay_next($1, 100)', [sent])).rows;
    for (let n = 0; n < 10; n += 1) expect(await next(0)).toEqual([]);
    await write({ goal: 3000 });
    const seen: number[] = [];
    for (let rows = await next(0); rows.length > 0; rows = await next(seen.at(-1)!))
      seen.push(...rows.map(({ publish_seq }) => Number(publish_seq)));
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1));
    await session.query('SELECT pg_stat_force_next_flush()');
    await session.end();
    const { rows } = await sql.query(`SELECT seq_scan::int FROM pg_stat_user_tables WHERE relname = 'outbox'`);
    expect(rows).toEqual([{ seq_scan: 0 }]);
  });

  it('keeps the order in which the changes of one entity were committed', async () => {
    relay();
    const clients = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const client = new Client({ connectionString: database.superUrl });
        await client.connect();
        return client;
      }),
    );
    await Promise.all(
      clients.map(async (client, entity) => {
        for (let n = 0; n < 40; n += 1) {
          await client.query('BEGIN');
          await client.query(
            'INSERT INTO outbox (tenant_id, message_id, message, created_at) VALUES ($1, $2, $3, now())',
            [tenantId, randomUUID(), JSON.stringify({ id: '', entity: String(entity), n })],
          );
          if (n % 7 === entity) await new Promise((resolve) => setTimeout(resolve, 20));
          await client.query('COMMIT');
        }
        await client.end();
      }),
    );
    await allSent();
    const messages = (await entries()).map(({ message }) => message);
    for (const entity of ['0', '1', '2', '3']) {
      const own = messages.filter((message) => message.entity === entity).map(({ n }) => n);
      expect(own).toEqual(Array.from({ length: 40 }, (_, n) => n));
    }
  });

  it('numbers what commits late behind what was sent before it', async () => {
    relay();
    const slow = new Client({ connectionString: database.superUrl });
    await slow.connect();
    await slow.query('BEGIN');
    const [late] = await write({ late: 1 }, new Date(), slow);
    const [early] = await write({ early: 1 });
    await eventually(inStream, (ids) => ids.length === 1);
    await slow.query('COMMIT');
    await slow.end();
    await allSent();
    expect(await inStream()).toEqual([early?.id, late?.id]);
  });

  it('lets one of two relays work, and the other take over when it is gone', async () => {
    const first = relay();
    await write({ a: 3 });
    await allSent();
    const second = relay();
    await eventually(
      () => Promise.resolve(second.health()),
      (part) => part !== undefined && part.age_seconds !== null,
    );
    expect(await redisSessions()).toHaveLength(1);
    await first.stop();
    const more = await write({ b: 3 });
    await allSent();
    expect((await inStream()).slice(3)).toEqual(more.map(({ id }) => id));
  });

  it('tells the channel each message once, with the JSON of the stream', async () => {
    const told: string[] = [];
    const listener = new Redis(redisUrl);
    await listener.subscribe(OUT_CHANNEL);
    const mine = await write({ a: 600 });
    const ours = new Set(mine.map(({ id }) => id));
    listener.on('message', (_channel, json: string) => {
      if (ours.has((JSON.parse(json) as Message).id)) told.push(json);
    });
    const one = relay();
    await allSent();
    await one.stop();
    await redis.flushdb();
    relay();
    await eventually(
      () => redis.xlen(OUT_STREAM),
      (length) => length === 600,
    );
    await eventually(
      () => Promise.resolve(told.length),
      (length) => length >= 600,
    );
    listener.disconnect();
    expect(told).toEqual((await entries()).map(({ message }) => JSON.stringify(message)));
  });

  it('sends what Redis has lost again, under the same entry ids', async () => {
    relay();
    await write({ a: 700 });
    await allSent();
    const before = await entries();
    await redis.flushdb();
    const [next] = await write({ b: 1 });
    await eventually(inStream, (ids) => ids.at(-1) === next?.id && ids.length === 701);
    expect((await entries()).slice(0, 700)).toEqual(before);
  });

  it('hands the traceparent of a row over beside its message, also to a Redis that has lost it', async () => {
    const [traced, plain] = await write({ traced: 1, plain: 1 });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await sql.query('UPDATE outbox SET traceparent = $2 WHERE message_id = $1', [traced?.id, traceparent]);
    const fields = [
      ['event', JSON.stringify(traced), 'traceparent', traceparent],
      ['event', JSON.stringify(plain)],
    ];
    const found = async () => (await redis.xrange(OUT_STREAM, '-', '+')).map(([, one]) => one);
    relay();
    await eventually(found, ({ length }) => length === 2);
    expect(await found()).toEqual(fields);
    await redis.flushdb();
    await eventually(found, ({ length }) => length === 2);
    expect(await found()).toEqual(fields);
  });

  it('notices that Redis has lost everything while nothing happens', async () => {
    relay();
    await write({ a: 5 });
    await allSent();
    const before = await entries();
    await redis.flushdb();
    await eventually(inStream, (ids) => ids.length === 5);
    expect(await entries()).toEqual(before);
  });

  it('sends only the lost tail again when Redis kept the rest', async () => {
    const one = relay();
    await write({ a: 10 });
    await allSent();
    await one.stop();
    const before = await entries();
    // What an append-only file without its tail brings back.
    await redis.del(OUT_STREAM);
    for (const { entry, message } of before.slice(0, 6))
      await redis.xadd(OUT_STREAM, entry, 'event', JSON.stringify(message));
    relay();
    await eventually(inStream, (ids) => ids.length === 10);
    expect(await entries()).toEqual(before);
  });

  it('does not send again what is older than the days it keeps', async () => {
    const one = relay();
    await write({ young: 2 });
    await allSent();
    await one.stop();
    await sql.query(`UPDATE outbox SET created_at = now() - interval '8 days' WHERE message LIKE '%"n":0%'`);
    await redis.flushdb();
    relay();
    await eventually(
      () => redis.xlen(OUT_STREAM),
      (length) => length === 1,
    );
    expect((await entries())[0]?.message.n).toBe(1);
  });

  it('marks what a relay sent and died before marking, and does not send it again', async () => {
    await write({ a: 5 });
    const { rows } = await sql.query<{ publish_seq: string; message: string }>('SELECT * FROM relay_next(0, 500)');
    for (const { publish_seq, message } of rows.slice(0, 3))
      await redis.xadd(OUT_STREAM, `${publish_seq}-0`, 'event', message);
    relay();
    await allSent();
    expect((await entries()).map(({ message }) => message.n)).toEqual([0, 1, 2, 3, 4]);
  });

  it('stops at an entry that is not its own, marks nothing and says so', async () => {
    await redis.xadd(OUT_STREAM, '2-0', 'event', JSON.stringify({ id: randomUUID() }));
    await write({ a: 3 });
    const one = relay();
    const health = await eventually(
      () => Promise.resolve(one.health()),
      (part) => part?.state === 'down',
    );
    expect(health).toMatchObject({ state: 'down', detail: expect.stringContaining(OUT_STREAM) as string });
    expect(await unsent()).toBe(3);
    expect(await redis.xlen(OUT_STREAM)).toBe(1);
  });

  it('goes on by itself once the foreign entry is gone', async () => {
    await redis.xadd(OUT_STREAM, '9-0', 'event', 'not even JSON');
    await write({ a: 3 });
    const one = relay();
    await eventually(
      () => Promise.resolve(one.health()),
      (part) => part?.state === 'down',
    );
    await redis.del(OUT_STREAM);
    await allSent();
    expect(one.health()).toMatchObject({ state: 'ok' });
    expect(await redis.xlen(OUT_STREAM)).toBe(3);
  });

  it('waits while Redis is away and says that it does', async () => {
    const away = redisUrl;
    redisUrl = 'redis://127.0.0.1:1/0';
    const one = relay();
    redisUrl = away;
    await write({ a: 1 });
    const health = await eventually(
      () => Promise.resolve(one.health()),
      (part) => part?.state === 'degraded',
    );
    expect(health?.detail).toContain('ECONNREFUSED');
    expect(await unsent()).toBe(1);
  });

  it('keeps the last seven days in the stream and in the outbox, and never removes what was not sent', async () => {
    const one = relay();
    await write({ old: 700 }, new Date(Date.now() - 8 * DAY_MS));
    const young = await write({ young: 3 });
    await allSent();
    await one.stop();
    relay();
    await eventually(
      () => redis.xlen(OUT_STREAM),
      (length) => length === 3,
    );
    expect(await inStream()).toEqual(young.map(({ id }) => id));
    const kept = () => sql.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox');
    await eventually(kept, ({ rows }) => rows[0]?.n === 3);
  });
});
