import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockFolder } from './folder-lock';
import { type LocalPostgres, startPostgres } from './local-postgres';
import { type LocalRedis, startRedis } from './local-redis';

/** Where the data is: `ownerUrl` for migrations, `appUrl` for the application. */
export interface ServerUrls {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly redisUrl: string;
}

/** Servers that live until `stop`, and never longer than this process. */
export interface LocalServers extends ServerUrls {
  stop(): Promise<void>;
}

/** The one folder of everything local: data, logs, passwords, a fetched Redis. Removing it starts afresh. */
export const localFolder = join(projectFolder(), '.local');

/** Where a fetched Redis is kept, for `npm start` and the tests alike. */
export const redisCache = join(localFolder, 'redis-dist');

/**
 * Starts PostgreSQL and Redis side by side below `folder`, but for those the environment names:
 * DATABASE_URL (with DATABASE_MIGRATION_URL for the owner) and REDIS_URL.
 * Throws naming the holder while another process has the servers of this folder.
 */
export async function startLocalServers(
  env: NodeJS.ProcessEnv = process.env,
  folder: string = localFolder,
): Promise<LocalServers> {
  const { DATABASE_URL: database, REDIS_URL: redis } = env;
  await mkdir(folder, { recursive: true });
  const unlock = database && redis ? () => Promise.resolve() : await lockFolder(join(folder, 'lock'));
  const started = await Promise.allSettled([
    database ? givenPostgres(database, env.DATABASE_MIGRATION_URL) : startPostgres(join(folder, 'postgres')),
    redis ? givenRedis(redis) : startRedis(join(folder, 'redis'), { cache: redisCache }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : Promise.resolve())));
    await rm(urlsFile(folder), { force: true });
    await unlock();
  };
  const [postgres, redisServer] = started;
  if (postgres.status === 'rejected' || redisServer.status === 'rejected') {
    await stop();
    throw failureOf(started);
  }
  const { ownerUrl, appUrl } = postgres.value;
  const urls: ServerUrls = { ownerUrl, appUrl, redisUrl: redisServer.value.url };
  // A given URL may hold the password of a real server, which has no business in a file.
  if (!database && !redis) await writeFile(urlsFile(folder), JSON.stringify(urls), { mode: 0o600 });
  return { ...urls, stop };
}

/** The servers another process has started in `folder`, for tools that work on them; undefined when there are none or any was given. */
export async function runningLocalServers(folder: string = localFolder): Promise<ServerUrls | undefined> {
  const text = await readFile(urlsFile(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ServerUrls);
}

function givenPostgres(url: string, ownerUrl = url): Promise<Omit<LocalPostgres, 'superUrl'>> {
  return Promise.resolve({ appUrl: url, ownerUrl, stop: () => Promise.resolve() });
}

function givenRedis(url: string): Promise<LocalRedis> {
  return Promise.resolve({ url, stop: () => Promise.resolve() });
}

function failureOf(started: readonly PromiseSettledResult<unknown>[]): Error {
  const reasons: unknown[] = started.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  return new Error(reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join('\n\n'));
}

function urlsFile(folder: string): string {
  return join(folder, 'servers.json');
}

/** The nearest folder upwards with a package.json, for sources and compiled files lie at different depths. */
function projectFolder(folder: string = __dirname): string {
  return existsSync(join(folder, 'package.json')) ? folder : projectFolder(dirname(folder));
}
