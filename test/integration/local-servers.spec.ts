import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startPostgres } from '#infrastructure/local/local-postgres';
import { startRedis } from '#infrastructure/local/local-redis';
import { commandLines, processMark } from '#infrastructure/local/processes';
import {
  redisCache,
  runningLocalServers,
  type ServerUrls,
  startLocalServers,
} from '#infrastructure/local/local-servers';
import { scratchFolder } from '../support/scratch-folder';

jest.setTimeout(120_000);

let folder: string;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  folder = await scratchFolder('servers');
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true, force: true });
});

const postgres = async () => started(await startPostgres(join(folder, 'postgres'), { durable: false }));
const redis = async () => started(await startRedis(join(folder, 'redis'), { cache: redisCache }));

function started<T extends { stop(): Promise<void> }>(server: T): T {
  stops.push(() => server.stop());
  return server;
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the tests run with the global setup`);
  return value;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function redisCommand(url: string, ...[name, ...args]: [string, ...string[]]): Promise<string> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return String(await client.call(name, ...args));
  } finally {
    await client.quit().catch(() => undefined);
  }
}

/** Whether it fails sooner or later, within some ten seconds. */
async function fails(attempted: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 0; attempt < 400; attempt++) {
    try {
      await attempted();
      await sleep(25);
    } catch {
      return true;
    }
  }
  return false;
}

describe('the local PostgreSQL', () => {
  const postmaster = async () =>
    Number.parseInt(await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8'), 10);

  it('starts twice in a row on the same data', async () => {
    const first = await postgres();
    await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await postgres();
    expect(await query(second.ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('starts after kill -9 of its postmaster and keeps what was committed', async () => {
    const first = await postgres();
    await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(await postmaster(), 'SIGKILL');
    const second = await postgres();
    expect(await query(second.ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('ends the server an earlier run left on the same data', async () => {
    await postgres();
    const left = await postmaster();
    const second = await postgres();
    expect(await fails(async () => process.kill(left, 0))).toBe(true);
    expect(await query(second.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts with a stale postmaster.pid whose number now belongs to another process of its user', async () => {
    const first = await postgres();
    await first.stop();
    const { uid, gid } = await stat(join(folder, 'postgres/data'));
    const bystander = spawn('sleep', ['120'], { uid, gid });
    stops.push(() => Promise.resolve(void bystander.kill()));
    await writeFile(join(folder, 'postgres/data/postmaster.pid'), `${bystander.pid}\n`);
    const second = await postgres();
    expect(await query(second.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode).toBeNull();
  });

  it('starts again when the first start was killed before the data was complete', async () => {
    const first = await postgres();
    await first.stop();
    await rm(join(folder, 'postgres/data'), { recursive: true });
    await mkdir(join(folder, 'postgres/data.new/base'), { recursive: true });
    const second = await postgres();
    expect(await query(second.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('the PostgreSQL of this test run, made by the same start', () => {
  it('gives the application a role that is neither owner nor superuser and cannot bypass row-level security', async () => {
    const [role] = await query(
      given('TEST_APP_URL'),
      `SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              pg_has_role('goal_app', 'MEMBER') AS in_group, pg_has_role('goal_owner', 'MEMBER') AS is_owner
       FROM pg_roles WHERE rolname = current_user`,
    );
    expect(role).toEqual({
      rolname: 'goal_service_app',
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      in_group: true,
      is_owner: false,
    });
    await expect(query(given('TEST_APP_URL'), 'CREATE TABLE mine (id int)')).rejects.toThrow('permission denied');
  });

  it('gives the migrations a role that owns the database, may make roles, and is no superuser', async () => {
    const [role] = await query(
      given('TEST_OWNER_URL'),
      `SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, pg_has_role('goal_app', 'USAGE') AS acts_as_app
       FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = current_database()`,
    );
    expect(role).toEqual({
      rolname: 'goal_owner',
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: true,
      acts_as_app: false,
    });
  });

  it('refuses a connection without the right password', async () => {
    const wrong = given('TEST_APP_URL').replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication');
  });

  it('changes upper to lower case beyond ASCII', async () => {
    expect(await query(given('TEST_APP_URL'), "SELECT lower('ÄÉЖ') AS lower")).toEqual([{ lower: 'äéж' }]);
  });

  it('answers beside a Redis with more than the usual 16 databases', async () => {
    expect(await redisCommand(`${given('TEST_REDIS_URL')}/63`, 'PING')).toBe('PONG');
  });
});

describe('the local Redis', () => {
  const processId = async (url: string) =>
    Number(/process_id:(\d+)/.exec(await redisCommand(url, 'INFO', 'server'))?.[1]);

  it('starts twice in a row on the same data', async () => {
    const first = await redis();
    await redisCommand(first.url, 'SET', 'kept', '42');
    await first.stop();
    expect(await redisCommand((await redis()).url, 'GET', 'kept')).toBe('42');
  });

  it('starts after kill -9 and keeps what was written to the append-only file', async () => {
    const first = await redis();
    await redisCommand(first.url, 'SET', 'kept', '42');
    process.kill(await processId(first.url), 'SIGKILL');
    expect(await redisCommand((await redis()).url, 'GET', 'kept')).toBe('42');
  });

  it('ends the server an earlier run left on the same data', async () => {
    const left = await processId((await redis()).url);
    const second = await redis();
    expect(await fails(async () => process.kill(left, 0))).toBe(true);
    expect(await redisCommand(second.url, 'PING')).toBe('PONG');
  });
});

describe('the local servers', () => {
  let other: ChildProcess;

  /** Starts them in a process of their own, which compiles the sources as it loads them. */
  async function startElsewhere(): Promise<ServerUrls> {
    const script = `
      const { transformFileSync } = require('@swc/core');
      const options = { swcrc: false, jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
      require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
      require(process.argv[1]).startLocalServers({}, process.argv[2]).then((urls) => console.log(JSON.stringify(urls)));`;
    const sources = join(__dirname, '../../libs/infrastructure/local/local-servers.ts');
    other = spawn(process.execPath, ['-e', script, sources, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(other.stdout ?? other, 'data')) as [Buffer];
    return JSON.parse(line.toString()) as ServerUrls;
  }

  afterEach(() => other.kill('SIGKILL'));

  /** Succeeds while any process of the two servers lives: one that refuses work may still be writing its last files. */
  async function anyLives(): Promise<void> {
    const marks = [processMark(join(folder, 'postgres')), processMark(join(folder, 'redis'))];
    const lines = [...(await commandLines()).values()];
    if (!lines.some((line) => marks.some((mark) => line.includes(mark)))) throw new Error('all have ended');
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('end when their process is ended by %s', async (signal) => {
    const urls = await startElsewhere();
    await anyLives();
    other.kill(signal);
    expect(await fails(anyLives)).toBe(true);
    await expect(query(urls.appUrl, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await expect(redisCommand(urls.redisUrl, 'PING')).rejects.toThrow();
  });

  it('belong to one process at a time, and the second is told which', async () => {
    const urls = await startElsewhere();
    await expect(startLocalServers({}, folder)).rejects.toThrow(`belong to process ${other.pid} `);
    expect(await runningLocalServers(folder)).toMatchObject(urls);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const mine = started(await startLocalServers({}, folder));
    expect(await query(mine.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await redisCommand(mine.redisUrl, 'PING')).toBe('PONG');
  });
});

it('servers named by the environment win and nothing is started', async () => {
  const env = {
    DATABASE_URL: 'postgresql://app@db/x',
    DATABASE_MIGRATION_URL: 'postgresql://owner@db/x',
    REDIS_URL: 'redis://r',
  };
  const servers = started(await startLocalServers(env, join(folder, 'local')));
  const given = { ownerUrl: env.DATABASE_MIGRATION_URL, appUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL };
  expect(servers).toMatchObject(given);
  await expect(access(join(folder, 'local/postgres'))).rejects.toThrow();
});
