import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Role } from '#domain/shared/permissions';
import { SigningKey } from '#infrastructure/auth/signing-key';
import { Tokens } from '#infrastructure/auth/tokens';
import { readConfig, type Config } from '#infrastructure/config/config';
import { TimeOrderedIds } from '#infrastructure/context/scope';
import { migrationSource } from '#infrastructure/database/data-source';
import { createServer, listen } from '#infrastructure/http/server';
import { keptSecret } from '#infrastructure/local/local-secret';
import { localFolder, runningLocalServers, startLocalServers } from '#infrastructure/local/local-servers';
import { everythingModule } from '#infrastructure/modules/processes';
import { OperationsServer } from '#infrastructure/observability/operations-server';
import { joinBus } from '#infrastructure/redis/bus';

type Environment = Readonly<Record<string, string | undefined>>;

/** A service that answers at `url`, and the settings it runs with. */
export interface RunningService {
  readonly url: string;
  readonly config: Config;
}

export interface LocalService extends RunningService {
  readonly metricsUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL and Redis (or takes the given ones), brings the schema to its head and runs API and worker in this
 * process. Throws, in words for whoever typed the command, when something stands in the way; nothing is left running then.
 */
export async function startLocalService(env: Environment, folder = localFolder): Promise<LocalService> {
  refuseProduction(env);
  const servers = await startLocalServers({ ...env }, folder);
  let app: NestFastifyApplication | undefined;
  const stop = async (): Promise<void> => {
    await rm(serviceFile(folder), { force: true });
    await app?.close();
    await servers.stop();
  };
  try {
    await migrate(servers.ownerUrl);
    const config = await configOf(env, { appUrl: servers.appUrl, redisUrl: servers.redisUrl }, folder);
    app = await createServer(everythingModule(config), config);
    const metricsPort = await app.get(OperationsServer).listen();
    const url = await listen(app, config.PORT);
    joinBus(app);
    await writeFile(serviceFile(folder), JSON.stringify({ url }));
    return { url, config, metricsUrl: `http://localhost:${String(metricsPort)}/metrics`, stop };
  } catch (error) {
    await stop();
    throw portTaken(error) ?? error;
  }
}

/** The service that another process of this folder runs, if it answers. */
export async function runningLocalService(env: Environment, folder = localFolder): Promise<RunningService | undefined> {
  const text = await readFile(serviceFile(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { url } = JSON.parse(text) as { url: string };
  const alive = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  return alive?.ok ? { url, config: await toolConfig(env, folder) } : undefined;
}

/** What a tool works with: the given environment, or where that names no database what the running local service uses. */
export async function toolConfig(env: Environment, folder = localFolder): Promise<Config> {
  refuseProduction(env);
  // A tool that only signs and writes rows needs no Redis; the setting is asked of every process.
  if (env.DATABASE_URL ?? env.DB_HOST) return readConfig({ REDIS_URL: 'redis://localhost', ...env });
  const urls = await runningLocalServers(folder);
  if (!urls)
    throw new Error(
      'No local service is running. Start one (npm start), or set DATABASE_URL and SECRET_KEY to use another.',
    );
  return configOf(env, urls, folder);
}

/** An access token, as the service with these settings takes it. */
export const mintToken = (
  config: Config,
  member: { userId: string; tenantId: string; role: Role },
  hours: number,
): string => new Tokens(new SigningKey(config), config, new TimeOrderedIds()).access(member, Math.round(hours * 3600));

const configOf = async (
  env: Environment,
  { appUrl, redisUrl }: { appUrl: string; redisUrl: string },
  folder: string,
): Promise<Config> =>
  readConfig({
    // The lines that matter on a first start are the address and the token; requests would push them off the screen.
    LOG_LEVEL: 'warn',
    ...env,
    DATABASE_URL: appUrl,
    REDIS_URL: redisUrl,
    SECRET_KEY: env.SECRET_KEY === undefined || env.SECRET_KEY === '' ? await keptSecret(folder) : env.SECRET_KEY,
  });

async function migrate(ownerUrl: string): Promise<void> {
  const source = await migrationSource(ownerUrl).initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

function refuseProduction(env: Environment): void {
  if (env.NODE_ENV === 'production')
    throw new Error(
      'This is for development and refuses NODE_ENV=production: it makes users and tokens without asking who you are.',
    );
}

function portTaken(error: unknown): Error | undefined {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== 'EADDRINUSE') return undefined;
  return new Error(
    `Port ${String(port)} is in use by another program. End it, or choose other ports: PORT=3001 METRICS_PORT=9465 npm start`,
  );
}

const serviceFile = (folder: string): string => join(folder, 'service.json');
