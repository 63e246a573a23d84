import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { migrationSource } from '#infrastructure/database/data-source';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { eventually } from '../support/app';
import { build, PROJECT, Program } from '../support/built';
import { disagreements, story, tell, type Told } from '../support/detection';
import { UNSENT } from '../support/outbox';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { scratchFolder } from '../support/scratch-folder';
import {
  programsOfTheMachine,
  startPostgresOfTheMachine,
  type PostgresOfTheMachine,
} from './support/postgres-of-the-machine';

const STREAM = 'goal-service:events:in:0';
const ROLES = `
  CREATE ROLE goal_app NOLOGIN;
  CREATE ROLE goal_owner LOGIN CREATEROLE;
  CREATE ROLE goal_service_app LOGIN;
  GRANT goal_app TO goal_service_app;
  GRANT goal_app TO goal_owner WITH ADMIN OPTION;`;
/**
 * What must be the same after the loss of the database as before it. Which of several events that qualify is credited depends on
 * which batch came first (SPEC 4.3); how much came of them does not, and the model judges the rest.
 */
const COUNTS = `
  SELECT (SELECT json_agg(json_build_array(enrollment_id, n) ORDER BY enrollment_id)
          FROM (SELECT enrollment_id, count(*) AS n FROM workflow_goal_achievements GROUP BY 1) g) AS achievements,
    (SELECT json_agg(json_build_array(id, status) ORDER BY id) FROM workflow_enrollments) AS enrollments,
    (SELECT json_agg(json_build_array(enrollment_id, position, status) ORDER BY enrollment_id, position)
     FROM workflow_pending_actions) AS actions,
    (SELECT json_agg(c ORDER BY workflow_id) FROM (
       SELECT workflow_id, sum(enrolled) AS enrolled, sum(ended) AS ended, sum(goals_achieved) AS achieved
       FROM workflow_daily_counters GROUP BY 1) c) AS counters,
    (SELECT json_agg(json_build_array(workflow_id, n) ORDER BY workflow_id) FROM (
       SELECT workflow_id, sum(enrollments) AS n FROM workflow_goal_times GROUP BY 1) t) AS times,
    (SELECT json_agg(json_build_array(type, n) ORDER BY type) FROM (
       SELECT message::json ->> 'event_type' AS type, count(*) AS n FROM outbox GROUP BY 1) o) AS told,
    (SELECT json_agg(json_build_array(action, n) ORDER BY action) FROM (
       SELECT action, count(*) AS n FROM audit_log GROUP BY 1) a) AS audited`;

describe('The loss of the database', () => {
  let bin: string | undefined;
  let folder: string;
  let postgres: PostgresOfTheMachine;
  let server: PrivateRedis;
  let redis: Redis;
  let worker: Program | undefined;

  const rows = async <R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> => {
    const client = new Client({ connectionString: postgres.urlOf('postgres') });
    await client.connect();
    return (await client.query<R>(text, [...parameters]).finally(() => client.end())).rows;
  };

  const start = (file: string, args: readonly string[] = []): Program =>
    Program.start(file, args, {
      cwd: PROJECT,
      env: {
        ...{ DATABASE_URL: postgres.urlOf('goal_service_app'), REDIS_URL: server.url, SECRET_KEY: 'for tests' },
        ...{ METRICS_PORT: '0', LOG_LEVEL: 'error' },
      },
    });

  const hand = async (events: readonly object[]): Promise<void> => {
    for (const event of events) await redis.xadd(STREAM, '*', 'event', JSON.stringify(event));
    await eventually(
      async () => {
        const [fields = []] = (await redis.xinfo('GROUPS', STREAM).catch(() => [])) as unknown[][];
        const field = (name: string): number => Number(fields[fields.indexOf(name) + 1] ?? NaN);
        return field('pending') + field('lag');
      },
      (left) => left === 0,
    );
  };

  const allSent = () =>
    eventually(
      () => rows<{ n: number }>(`SELECT count(*)::int AS n FROM outbox WHERE ${UNSENT}`),
      ([row]) => row?.n === 0,
    );

  beforeAll(async () => {
    bin = await programsOfTheMachine();
    if (bin === undefined) return;
    folder = await scratchFolder('drill');
    [postgres, server] = await Promise.all([startPostgresOfTheMachine(bin, folder), privateRedis(), build()]);
    redis = new Redis(server.url);
    await postgres.query(ROLES);
    await postgres.query('CREATE DATABASE goal_service OWNER goal_owner');
    const source = await migrationSource(postgres.urlOf('goal_owner')).initialize();
    await source.runMigrations();
    await source.destroy();
  }, 120_000);

  afterAll(async () => {
    if (bin === undefined) return;
    await worker?.end('SIGKILL');
    redis.disconnect();
    await Promise.all([server.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('is made good from a dump and the events that came since', async () => {
    if (bin === undefined) return;
    const tenants = [randomUUID(), randomUUID()];
    await rows(
      `INSERT INTO tenants (id, name, created_at, updated_at) SELECT id, id::text, now(), now() FROM unnest($1::uuid[]) AS id`,
      [tenants],
    );
    const stories: Told[] = [];
    for (const [n, one] of fc.sample(story, { numRuns: 60, seed: 7 }).entries())
      stories.push(await tell({ rows }, tenants[n % 2] ?? '', n, one));
    const events = stories.flatMap((one) => one.events);
    const [before, since] = [events.filter((_, n) => n % 2 === 0), events.filter((_, n) => n % 2 === 1)];
    worker = start('apps/worker/main.js');
    await hand(before);

    // Not even the owner of the tables sees the rows: its dump must fail, not be empty.
    const file = join(folder, 'goal-service.dump');
    await expect(postgres.run('pg_dump', 'goal_owner', ['-Fc', '-f', file])).rejects.toThrow('row-level security');
    const dumpedAt = new Date();
    await postgres.run('pg_dump', 'postgres', ['-Fc', '-f', file]);
    await hand(since);
    await allSent();
    expect(await disagreements({ rows }, stories)).toEqual([]);
    const [whole] = await rows(COUNTS);

    expect((await worker.end('SIGTERM')).code).toBe(0);
    await postgres.query('DROP DATABASE goal_service');
    await postgres.query('CREATE DATABASE goal_service OWNER goal_owner');
    await postgres.run('pg_restore', 'postgres', ['--exit-on-error', file]);
    expect((await rows(COUNTS))[0]).not.toEqual(whole);

    // Redis is ahead of what is known of it: what goes out now takes numbers behind its end.
    const info = (await redis.xinfo('STREAM', OUT_STREAM)) as unknown[];
    const [end = '0'] = String(info[info.indexOf('last-generated-id') + 1]).split('-');
    await rows('UPDATE outbox SET publish_seq = NULL WHERE publish_seq > (SELECT sent_seq FROM outbox_progress)');
    await rows(`SELECT setval('outbox_publish_seq', $1)`, [end]);
    const replay = await start('apps/tools/replay.js', ['--from', dumpedAt.toISOString()]).ended;
    expect([replay.code, replay.err]).toEqual([0, '']);
    expect(replay.out).toContain(`${String(since.length)} events decided again`);
    expect((await rows(COUNTS))[0]).toEqual(whole);
    expect(await disagreements({ rows }, stories)).toEqual([]);

    worker = start('apps/worker/main.js');
    await allSent();
    expect((await worker.end('SIGTERM')).code).toBe(0);
    worker = undefined;
  }, 120_000);
});
