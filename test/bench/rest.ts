import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { readConfig } from '#infrastructure/config/config';
import { TimeOrderedIds } from '#infrastructure/context/scope';
import { SigningKey } from '#infrastructure/auth/signing-key';
import { Tokens } from '#infrastructure/auth/tokens';
import { percentile, row, times } from './report';
import type { Setting } from './setting';

const GOALS = 200_000;
const WARM = 200;
const ROUNDS = 5;
const SECONDS = 3;
/** As many as either side has to PostgreSQL. */
const CONNECTIONS = 10;
const SECRET_KEY = 'a secret of at least thirty-two bytes, for the benchmark';

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is asked of a server, again and again. */
type Load = Pick<autocannon.Options, 'requests'>;

/** A tenant with 200,000 goals in trees of a hundred: a root, nine below it, and ten below each of these. */
const fill = async (setting: Setting, tenant: string): Promise<void> => {
  await setting.rows('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
    tenant,
    'a tenant',
  ]);
  await setting.rows(
    `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at)
     VALUES ($1, $1, $2, 'The bench', 'Owner', now(), now())`,
    [tenant, `bench@${tenant}.example`],
  );
  const id = (n: string) => `md5($1::text || (${n})::text)::uuid`;
  await setting.rows(
    `INSERT INTO goals (tenant_id, id, parent_goal_id, path, name, description, goal_type, status, priority, risk_level,
       progress_source, task_weighting, weight, progress, assessment_status, start_date, target_date, tags, version,
       created_at, updated_at)
     SELECT $1::uuid, id, parent, coalesce(above || '/', '') || coalesce(parent || '/', '') || id || '/', 'goal ' || n,
       'What it is about, in a sentence or two.', 'strategic', 'active', 'medium', 'medium', 'manual', 'count', 1, 250000,
       'pending', now() - interval '30 days', now() + interval '60 days', '{one,two}', 1, now() - n * interval '1 second', now()
     FROM (
       SELECT n, ${id('n')} AS id,
         CASE WHEN k >= 10 THEN ${id('root + 1 + (k - 10) / 10')} WHEN k > 0 THEN ${id('root')} END AS parent,
         CASE WHEN k >= 10 THEN ${id('root')} END AS above
       FROM (SELECT n, n % 100 AS k, n - n % 100 AS root FROM generate_series(0, $2::integer - 1) AS n) numbered
     ) placed ORDER BY n % 100`,
    [tenant, GOALS],
  );
  await setting.rows('ANALYZE');
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** A server in a process of its own; resolves when it answers. */
const start = async (script: string, env: Record<string, string>, ready: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [join(__dirname, '../..', script)], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answers = await fetch(ready).then(
      () => true,
      () => false,
    );
    if (answers) return child;
    await sleep(50);
  }
  throw new Error(`${script} did not start`);
};

const shoot = async ({ url, headers }: Target, load: Load, seconds = SECONDS): Promise<autocannon.Result> => {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: seconds, ...load });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${String(result.non2xx)} refusals at ${url}`);
  return result;
};

/** Requests a second of both in turn, and the median of the ratios of each pair. */
const compare = async (name: string, service: Target, bare: Target, loadOf: (base: string) => Load): Promise<void> => {
  const ratios: number[] = [];
  let last = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = (await shoot(service, loadOf('/api/v1'))).requests.average;
    const theirs = (await shoot(bare, loadOf(''))).requests.average;
    ratios.push(ours / theirs);
    last = ours;
  }
  row(name, `${Math.round(last).toLocaleString('en')}/s`, times(percentile(ratios, 50)));
};

const json = { 'content-type': 'application/json' };

/** Milliseconds of single requests one after the other. */
const latencies = async ({ url, headers }: Target, path: (n: number) => string, count = 200): Promise<number[]> => {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const started = performance.now();
    const answer = await fetch(`${url}/api/v1${path(n)}`, { headers });
    await answer.text();
    if (!answer.ok) throw new Error(`${String(answer.status)} at ${path(n)}`);
    taken.push(performance.now() - started);
  }
  return taken;
};

/** Counted as ever, and never too many. */
const UNLIMITED = { RATE_LIMIT: '1000000000', RATE_LIMIT_ANALYTICS: '1000000000' };

/** REST beside a server that does only the SQL, and what must stay quick in a large tenant. */
export const benchRest = async (setting: Setting): Promise<void> => {
  const tenant = randomUUID();
  await fill(setting, tenant);
  const [apiPort, barePort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const env = {
    DATABASE_URL: setting.appUrl,
    REDIS_URL: setting.redisUrl,
    SECRET_KEY,
    LOG_LEVEL: 'warn',
    ...UNLIMITED,
  };
  const [service, bare]: Target[] = [
    { url: `http://127.0.0.1:${String(apiPort)}`, headers: { authorization: `Bearer ${tokenFor(tenant)}` } },
    { url: `http://127.0.0.1:${String(barePort)}`, headers: {} },
  ] as const;
  const children = [
    await start(
      'apps/api/main.js',
      { ...env, PORT: String(apiPort), METRICS_PORT: String(metricsPort) },
      `${service.url}/health/live`,
    ),
    await start(
      'test/bench/bare-rest.js',
      { DATABASE_URL: setting.superUrl, TENANT: tenant, PORT: String(barePort) },
      `${bare.url}/goals`,
    ),
  ];
  try {
    await measure(setting, tenant, service, bare);
  } finally {
    for (const child of children) child.kill();
  }
};

const measure = async (setting: Setting, tenant: string, service: Target, bare: Target): Promise<void> => {
  const goals = await setting.rows<{ id: string }>(
    'SELECT id FROM goals WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT $2',
    [tenant, WARM],
  );
  const one = (base: string): Load => ({
    requests: goals.map(({ id }) => ({ method: 'GET', path: `${base}/goals/${id}` })),
  });
  const list = (base: string): Load => ({ requests: [{ method: 'GET', path: `${base}/goals` }] });
  const body = JSON.stringify({ name: 'A goal of the benchmark', goal_type: 'strategic' });
  const create = (base: string): Load => ({
    requests: [{ method: 'POST', path: `${base}/goals`, headers: json, body }],
  });
  // Nothing is cached until a value could not be of before a change that is still on its way.
  for (const load of [one, list]) for (let n = 0; n < 4; n += 1) await shoot(service, load('/api/v1'), 4);
  await compare('REST: one goal, warm (of the bare server)', service, bare, one);
  await compare('REST: a list of 50', service, bare, list);
  await compare('REST: make a goal, with audit, outbox and both walls', service, bare, create);
  await pages(service);
  await views(setting, tenant, service);
  await flood(service, goals[0]?.id ?? '');
};

/** Pages by cursor of the 200,000 goals: the first, and one behind 100,000. */
const pages = async (service: Target): Promise<void> => {
  const cursorAt = async (offset: number): Promise<string> => {
    const answer = await fetch(`${service.url}/api/v1/goals?limit=1&offset=${String(offset)}`, service);
    return ((await answer.json()) as { next_cursor: string }).next_cursor;
  };
  const timed = async (cursor: string) =>
    percentile(await latencies(service, (n) => `/goals?limit=50&cursor=${cursor}&min_progress=${String(n % 20)}`), 50);
  const [first, deep] = [await cursorAt(0), await cursorAt(GOALS / 2)];
  const [near, far] = [await timed(first), await timed(deep)];
  row('REST: a page by cursor behind 100,000 of 200,000', `${far.toFixed(1)} ms`, times(far / near));
};

/** What is looked at of a tenant with many goals in trees: the 95th percentile, each goal asked once. */
const views = async (setting: Setting, tenant: string, service: Target): Promise<void> => {
  const roots = await setting.rows<{ id: string }>(
    'SELECT id FROM goals WHERE tenant_id = $1 AND parent_goal_id IS NULL AND updated_at IS NOT NULL ORDER BY id LIMIT 200',
    [tenant],
  );
  for (const [name, path] of [
    ['status summary', 'status-summary'],
    ['a page of its tree', 'tree?depth=10'],
    ['realization map', 'realization-map'],
  ] as const) {
    const taken = await latencies(service, (n) => `/goals/${roots[n]?.id ?? ''}/${path}`);
    row(`REST: ${name}, p95 (200,000 goals in trees)`, `${percentile(taken, 95).toFixed(1)} ms`);
  }
};

const LOGINS = 1000;
const FLOOD_SECONDS = 10;

/** What a member waits for one goal while somebody guesses at passwords. */
const flood = async (service: Target, id: string): Promise<void> => {
  const reading = () => latencies(service, () => `/goals/${id}`, 1500);
  const quiet = percentile(await reading(), 99);
  const guessing = autocannon({
    ...{ url: `${service.url}/api/v1/auth/login`, method: 'POST', headers: json, workers: 1 },
    ...{ connections: 20, overallRate: LOGINS, duration: FLOOD_SECONDS },
    body: JSON.stringify({ email: 'somebody@example.com', password: 'a guess of a password' }),
  });
  await sleep(1000);
  const during = percentile(await reading(), 99);
  const { statusCodeStats, requests } = await guessing;
  const refused = (statusCodeStats as Readonly<Record<string, { count: number } | undefined>>)['429']?.count ?? 0;
  row('REST: one goal, p99 alone', `${quiet.toFixed(1)} ms`);
  row(
    `REST: the same under ${String(LOGINS)} logins a second from one address`,
    `${during.toFixed(1)} ms`,
    times(during / quiet),
  );
  row('of these logins refused with 429', `${((100 * refused) / requests.total).toFixed(1)} %`);
};

const tokenFor = (tenantId: string): string => {
  const config = readConfig({ DATABASE_URL: 'postgres://none', REDIS_URL: 'redis://none', SECRET_KEY });
  const tokens = new Tokens(new SigningKey(config), config, new TimeOrderedIds());
  return tokens.access({ tenantId, userId: tenantId, role: 'Owner' }, 3600);
};
