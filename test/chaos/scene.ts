import { createSigner } from 'fast-jwt';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '#infrastructure/config/config';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { UNSENT } from '../support/outbox';
import type { Servers } from './servers';

const SECRET_KEY = 'chaos, which is a secret of this run alone';
const PATIENCE_MS = 60_000;

/** The settings of every process of the service. */
export const environmentOf = (
  { wayToPostgres, wayToRedis, cluster, shards }: Servers,
  port: string,
): Record<string, string> => ({
  ...{ DATABASE_URL: wayToPostgres.url, REDIS_URL: wayToRedis.url, SECRET_KEY, PORT: port },
  ...(cluster && { EVENT_REDIS_CLUSTER: cluster.urls, EVENT_SHARDS: String(shards.length) }),
  ...{ METRICS_PORT: '0', LOG_LEVEL: 'error', EVENT_PROCESSING_TIMEOUT_MS: '2000' },
  ...{ RATE_LIMIT: '1000000000', RATE_LIMIT_EVENTS: '1000000000' },
});

/** How many outgoing messages are not noted as sent, or are and stand nowhere: what Redis has lost, the relay learns within a second. */
export const unsent = async (servers: Servers): Promise<number> => {
  const [row] = await servers.rows<{ all: number; unsent: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE ${UNSENT})::int AS unsent FROM outbox`,
  );
  return Math.max(row?.unsent ?? 0, (row?.all ?? 0) - (await servers.redis.xlen(OUT_STREAM)));
};

/** An event that concerns nobody, handed in until it is decided. */
export const probeOf = (url: string, token: string) => async (): Promise<void> => {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const answer = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event_type: 'form.submitted', contact_id: 'nobody', data: { form_id: 'none' } }),
      signal: AbortSignal.timeout(2000),
    }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(25);
  }
  throw new Error('the service does not come back');
};

/** Resolves when so many workers are up: one of them relays, the others stand by. */
export const standing = async (servers: Servers, workers: number): Promise<void> => {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const relays = await servers.rows(`SELECT FROM pg_stat_activity WHERE application_name = 'goal-service-relay'`);
    if (relays.length === workers) return;
    await sleep(25);
  }
  throw new Error('the workers do not come up');
};

/** Tenants, each with the token of its Owner. */
export const tenantsOf = async (servers: Servers, count: number): Promise<Map<string, string>> => {
  const { JWT_ISSUER: iss, JWT_AUDIENCE: aud } = readConfig({
    DATABASE_URL: 'postgres://x',
    REDIS_URL: 'redis://x',
    SECRET_KEY,
  });
  const sign = createSigner({ key: SECRET_KEY, algorithm: 'HS256', expiresIn: 86_400_000 });
  const tenants = new Map<string, string>();
  for (let n = 0; n < count; n += 1) {
    const [id, sub] = [randomUUID(), randomUUID()];
    await servers.rows('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
      id,
      id,
    ]);
    await servers.rows(
      `INSERT INTO users (tenant_id, id, email, name, role, email_confirmed_at, created_at, updated_at)
       VALUES ($1, $2, $3, 'Olivia Owner', 'Owner', now(), now(), now())`,
      [id, sub, `owner@${id}.example`],
    );
    tenants.set(id, sign({ sub, tenant_id: id, role: 'Owner', type: 'access', iss, aud, jti: randomUUID() }));
  }
  return tenants;
};
