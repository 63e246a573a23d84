import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool, type QueryResultRow } from 'pg';
import { migrationSource } from '#infrastructure/database/data-source';
import { startPostgres } from '#infrastructure/local/local-postgres';
import { startRedis } from '#infrastructure/local/local-redis';
import { redisCache } from '#infrastructure/local/local-servers';
import { seedEnrollments, seedWorkflow } from '../support/seed';

/** Servers of the benchmark's own, set as in production (fsync, AOF, autovacuum), and a way past row-level security to fill them. */
export interface Setting {
  readonly appUrl: string;
  /** Sees every row without row-level security: the cheaper way, left to the baseline. */
  readonly superUrl: string;
  readonly redisUrl: string;
  readonly redis: Redis;
  rows<R extends QueryResultRow>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  stop(): Promise<void>;
}

export const openSetting = async (): Promise<Setting> => {
  const folder = await mkdtemp(join(tmpdir(), 'goal-service-bench-'));
  // PostgreSQL started by root runs as another user, who must get through.
  await chmod(folder, 0o711);
  const [postgres, redisServer] = await Promise.all([
    startPostgres(join(folder, 'postgres'), { analyzesSoon: false }),
    startRedis(join(folder, 'redis'), { cache: redisCache }),
  ]);
  const source = await migrationSource(postgres.ownerUrl).initialize();
  await source.runMigrations();
  await source.destroy();
  const superUrl = new URL(postgres.superUrl);
  superUrl.pathname = new URL(postgres.ownerUrl).pathname;
  const pool = new Pool({ connectionString: superUrl.href, max: 4 });
  pool.on('error', () => undefined);
  const redis = new Redis(redisServer.url);
  return {
    appUrl: postgres.appUrl,
    superUrl: superUrl.href,
    redisUrl: redisServer.url,
    redis,
    rows: async <R extends QueryResultRow>(sql: string, parameters: readonly unknown[] = []) =>
      (await pool.query<R>(sql, [...parameters])).rows,
    stop: async () => {
      redis.disconnect();
      await pool.end();
      await Promise.all([postgres.stop(), redisServer.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export interface Population {
  readonly tenants: readonly string[];
  readonly contactsPerTenant: number;
}

/** The form that goals of the bench ask for. */
export const FORM = 'form-of-the-goal';

/** Tenants, each with one workflow whose goal is a form, and open enrollments of all its contacts. */
export const populate = async (
  setting: Setting,
  tenantCount: number,
  contactsPerTenant: number,
): Promise<Population> => {
  const tenants: string[] = [];
  for (let n = 0; n < tenantCount; n += 1) {
    const tenant = randomUUID();
    tenants.push(tenant);
    await setting.rows('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
      tenant,
      tenant,
    ]);
    const workflow = await seedWorkflow(setting, tenant, [{ goalType: 'form_submitted', criteria: { form_id: FORM } }]);
    const contacts = Array.from({ length: contactsPerTenant }, (_, contact) => `contact-${String(contact)}`);
    await seedEnrollments(setting, tenant, workflow.id, contacts, { actions: 2 });
  }
  await setting.rows('ANALYZE');
  return { tenants, contactsPerTenant };
};

/** Events of today in a fixed order; of each contact the first `matching` share of all events reaches its goal, the others ask for another form. */
export const eventsOf = ({ tenants, contactsPerTenant }: Population, count: number, matching: number): string[] => {
  const every = Math.round(1 / matching);
  // What comes in happened just now: its day is the day of the exit, and both are counted in one row.
  const occurredAt = new Date().toISOString();
  return Array.from({ length: count }, (_, n) => {
    const isMatch = n % every === 0;
    const turn = Math.floor(n / every);
    const tenant = tenants[(isMatch ? turn : n) % tenants.length];
    const contact = Math.floor((isMatch ? turn : n) / tenants.length) % contactsPerTenant;
    return JSON.stringify({
      event_id: `event-${String(n)}`,
      event_type: 'form.submitted',
      tenant_id: tenant,
      contact_id: `contact-${String(contact)}`,
      occurred_at: occurredAt,
      source: 'bench',
      data: { form_id: isMatch ? FORM : 'another-form', page: '/landing', referrer: 'https://example.org/campaign' },
    });
  });
};

export const exits = async (setting: Setting): Promise<number> => {
  const [row] = await setting.rows<{ n: number }>(
    `SELECT count(*)::int AS n FROM workflow_enrollments WHERE status = 'completed_goal'`,
  );
  return row?.n ?? 0;
};

/** Puts events into the stream, a thousand a round trip. */
export const fill = async (redis: Redis, stream: string, events: readonly string[]): Promise<void> => {
  for (let n = 0; n < events.length; n += 1000) {
    const pipeline = redis.pipeline();
    for (const event of events.slice(n, n + 1000)) pipeline.xadd(stream, '*', 'event', event);
    await pipeline.exec();
  }
};
