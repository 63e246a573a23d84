import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endLeftOvers, processMark, startOnPort, startServer } from './processes';
import { findRedisProgram } from './redis-program';

/** `cache` takes a fetched server program; `durable: false` leaves writing to disk to the system; tests do. */
export interface RedisOptions {
  readonly cache: string;
  readonly durable?: boolean;
  readonly databases?: number;
  /** Further settings of the server, by name. */
  readonly more?: Readonly<Record<string, string>>;
}

/** A running server. */
export interface LocalRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts Redis on the loopback address with its append-only file in `folder`.
 * What an earlier, killed run of the same folder left behind is ended first.
 */
export async function startRedis(folder: string, options: RedisOptions): Promise<LocalRedis> {
  const program = await findRedisProgram(options.cache);
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  const mark = processMark(folder);
  await endLeftOvers(mark);
  return startOnPort(folder, async (port) => {
    const args = Object.entries(settings(mark, port, data, options)).flatMap(([name, value]) => [`--${name}`, value]);
    const server = await startServer({ ...program, args, log: join(folder, 'redis.log') }, () => ping(port));
    return { url: `redis://127.0.0.1:${port}`, stop: () => server.stop() };
  });
}

function settings(mark: string, port: number, dir: string, options: RedisOptions): Record<string, string> {
  const { durable = true, databases = 16, more = {} } = options;
  return {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    databases: String(databases),
    appendonly: 'yes',
    appendfsync: durable ? 'everysec' : 'no',
    // The append-only file is the one record; a snapshot beside it only costs.
    save: '',
    'proc-title-template': `{title} ${mark} {listen-addr}`,
    ...more,
  };
}

async function ping(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  // The failed command says the same; unheard, the event would be printed.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    await client.quit();
  } catch (error) {
    // Closing what is closed would hold the process for two seconds.
    if (client.status !== 'end') client.disconnect();
    throw error;
  }
}
