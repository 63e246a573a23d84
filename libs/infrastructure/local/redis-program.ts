import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from './run';

/** A Redis or Valkey server program and the environment it needs. */
export interface RedisProgram {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

const names = ['redis-server', 'valkey-server'];
const oldestVersion = 7;

/**
 * A server of version 7 or later: from the PATH, from `cache`, or fetched into `cache` as packages of the Debian
 * family, which needs no root and installs nothing. Throws one message naming the choices when there is none.
 */
export async function findRedisProgram(cache: string): Promise<RedisProgram> {
  const onPath = await firstUsable((process.env.PATH ?? '').split(delimiter), {});
  const cached = onPath ?? (await inCache(cache));
  if (cached) return cached;
  let reason = 'it gave no server of that version';
  try {
    await fetchPackages(cache);
    const fetched = await inCache(cache);
    if (fetched) return fetched;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new Error(
    `No Redis ${oldestVersion} or later on this machine. Install redis-server or valkey-server with your package ` +
      'manager, or set REDIS_URL to a server, or run everything in containers with `docker compose up`.\n' +
      `(Tried to fetch it with apt-get: ${reason.trim()})`,
  );
}

async function firstUsable(folders: string[], env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> {
  for (const folder of folders) {
    for (const name of names) {
      const command = join(folder, name);
      if (await isUsable(command, env)) return { command, env };
    }
  }
  return undefined;
}

async function isUsable(command: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await access(command, constants.X_OK);
    const version = /v=(\d+)\./.exec(await run(command, ['--version'], { env: { ...process.env, ...env } }));
    return Number(version?.[1]) >= oldestVersion;
  } catch {
    return false;
  }
}

async function inCache(cache: string): Promise<RedisProgram | undefined> {
  const perPlatform = await Promise.all(['lib', join('usr', 'lib')].map((lib) => foldersIn(join(cache, lib))));
  return firstUsable([join(cache, 'usr', 'bin')], { LD_LIBRARY_PATH: perPlatform.flat().join(':') });
}

/** The folder itself and those directly in it, such as `lib/x86_64-linux-gnu`. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))];
}

/** Unpacked beside the cache and renamed, so that several first starts at once do not see each other's halves. */
async function fetchPackages(cache: string): Promise<void> {
  const draft = `${cache}.${randomUUID()}.new`;
  try {
    await downloadWith([], draft).catch(() => downloadWithOwnLists(draft));
    const root = join(draft, 'root');
    await mkdir(root);
    const files = (await readdir(draft)).filter((name) => name.endsWith('.deb'));
    for (const file of files) await run('dpkg', ['-x', join(draft, file), root]);
    if ((await isFolder(cache)) && !(await inCache(cache))) await rename(cache, `${draft}.old`);
    // Refused when another start was first; what that one fetched is as good.
    await rename(root, cache);
  } catch (error) {
    if (!(await inCache(cache))) throw error;
  } finally {
    for (const folder of [draft, `${draft}.old`]) await rm(folder, { recursive: true, force: true });
  }
}

/** Where the machine's package lists are empty or old, a private copy of them is fetched: no root, nothing changed. */
async function downloadWithOwnLists(draft: string): Promise<void> {
  const [lists, archives] = [join(draft, 'lists'), join(draft, 'archives')];
  for (const folder of [lists, archives]) await mkdir(join(folder, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${draft}`, '-o', 'Debug::NoLocking=1'];
  await run('apt-get', [...options, 'update']);
  await downloadWith(options, draft);
}

async function downloadWith(options: string[], draft: string): Promise<void> {
  await mkdir(draft, { recursive: true });
  const packages = await missingPackages(options, 'redis-server').catch(() =>
    missingPackages(options, 'valkey-server'),
  );
  await run('apt-get', [...options, 'download', ...packages], { cwd: draft });
}

/** The package and what it needs that is not on the machine: what apt-get says it would install anew. */
async function missingPackages(options: string[], name: string): Promise<string[]> {
  const plan = await run('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', name]);
  // A line with a version in square brackets is an upgrade; unpacking another C library would break the program.
  return [...plan.matchAll(/^Inst (\S+) \(/gm)].flatMap((line) => line[1] ?? []);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
