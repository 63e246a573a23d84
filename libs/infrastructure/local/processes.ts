import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run';

/** How long a server may take to accept work, or to end when asked to, in milliseconds. */
const patience = { start: 60_000, stop: 10_000, poll: 25 };

/** What to start: the program with its arguments, and the file that takes what it prints. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  /** For a process of root that must run as somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A started server; `stop` resolves when its process has ended. */
export interface ServerProcess {
  stop(): Promise<void>;
}

/** A word that stands in the command line of every process serving `folder`, and of no other. */
export function processMark(folder: string): string {
  return `goal-service-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 12)}`;
}

/**
 * Starts a server and waits until `ready` resolves.
 * Throws with the end of the server's log when it ends first or is not ready within a minute.
 */
export async function startServer(server: ServerCommand, ready: () => Promise<void>): Promise<ServerProcess> {
  const log = await open(server.log, 'w', 0o600);
  const child = spawn(server.command, server.args, {
    // Its own process group: Ctrl-C must reach the application first, which still needs its servers to finish.
    detached: true,
    cwd: dirname(server.log),
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...server.env },
    ...server.user,
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`));
    child.once('error', (error) => resolve(`did not start: ${error.message}`));
  });
  await log.close();
  if (child.pid !== undefined) endWithThisProcess(child, child.pid);
  const failure = await Promise.race([ended, becomesReady(ready, ended)]);
  if (failure === undefined) return { stop: () => stop(child, ended) };
  await stop(child, ended);
  throw new Error(`${server.command} ${failure}\n${(await readFile(server.log, 'utf8')).trim().slice(-1500)}`);
}

/** Ends every process that carries the mark: asked first, then killed. Other people's processes never carry it. */
export async function endLeftOvers(mark: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const pids = await processesMarked(mark);
    for (const pid of pids) tryKill(pid, signal);
    const deadline = Date.now() + patience.stop;
    while ((await processesMarked(mark)).length > 0 && Date.now() < deadline) await sleep(patience.poll);
  }
  const left = await processesMarked(mark);
  if (left.length > 0) throw new Error(`These processes of an earlier run do not end: ${left.join(', ')}`);
}

/** Process id to command line, of all processes on the machine. */
export async function commandLines(): Promise<Map<number, string>> {
  if (process.platform !== 'linux') {
    const lines = (await run('ps', ['-axo', 'pid=,command='])).split('\n').map((line) => line.trim());
    return new Map(lines.map((line) => [Number.parseInt(line, 10), line.replace(/^\d+\s+/, '')]));
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = async (pid: number): Promise<[number, string]> => [
    pid,
    // A process may end between the listing and the reading; then it is as good as not there.
    (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim(),
  ];
  return new Map(await Promise.all(pids.map(read)));
}

/**
 * Starts a server on a loopback port: the one used last time in `folder` if it can be had, else one of the system's.
 * Between finding a port free and using it somebody else may take it, so a start that fails for that is tried twice more.
 */
export async function startOnPort<T>(folder: string, start: (port: number) => Promise<T>): Promise<T> {
  const file = join(folder, 'port');
  let preferred = Number(await readFile(file, 'utf8').catch(() => '0'));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(preferred).catch(() => freePort(0));
    await writeFile(file, String(port));
    try {
      return await start(port);
    } catch (error) {
      if (attempt === 3 || !/address already in use/i.test(String(error))) throw error;
      preferred = 0;
    }
  }
}

async function becomesReady(ready: () => Promise<void>, ended: Promise<string>): Promise<string | undefined> {
  const life = { over: false };
  void ended.then(() => (life.over = true));
  const deadline = Date.now() + patience.start;
  let reason: unknown;
  while (!life.over && Date.now() < deadline) {
    try {
      await ready();
      return undefined;
    } catch (error) {
      reason = error;
      await sleep(patience.poll);
    }
  }
  return `was not ready in time: ${String(reason)}`;
}

/**
 * A shell that waits for the end of a pipe only this process holds open, then ends the server.
 * It covers every way to go, SIGKILL included, without a handler for any of them.
 */
function endWithThisProcess(server: ChildProcess, pid: number): void {
  const script = 'read -r _; kill -INT "$1"';
  const watcher = spawn('sh', ['-c', script, 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  server.once('exit', () => watcher.kill());
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGINT');
  const killer = setTimeout(() => child.kill('SIGKILL'), patience.stop);
  await ended;
  clearTimeout(killer);
}

async function processesMarked(mark: string): Promise<number[]> {
  return [...(await commandLines())].filter(([, command]) => command.includes(mark)).map(([pid]) => pid);
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended meanwhile, or not ours to end: the caller looks again and says so.
  }
}

/** A port that nobody listens on now, the preferred one where it is free. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
