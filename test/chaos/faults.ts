import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './fleet';
import type { Load } from './load';
import { groupsOf } from './oracle';
import { standing } from './scene';
import type { Servers } from './servers';

const HOLDING_MS = 3000;
/** Shorter than the service's lock timeout. */
const HELD_MS = 150;
const FROZEN_MS = 2500;
const AWAY_MS = 700;
const BETWEEN_KILLS_MS = 800;
const MOST_LOST_BYTES = 4000;

/** What one run has done to the service, and how long the service took to come back, in milliseconds. */
export interface Harm {
  kills: number;
  readonly done: string[];
  readonly recoveries: { readonly after: string; readonly ms: number }[];
}

export interface Stage {
  readonly servers: Servers;
  readonly workers: readonly Member[];
  readonly api: Member;
  readonly load: Load;
  /** Names of faults that are not done. */
  readonly spared: RegExp;
  /** Resolves when the service takes an event by itself again. */
  readonly probe: () => Promise<void>;
}

type Fault = readonly [name: string, harm: (stage: Stage) => Promise<void>];

/** Those of a cluster that has the event streams. */
const FAULTS_OF_CLUSTER: readonly Fault[] = [
  [
    'master of the cluster killed',
    async ({ servers: { cluster, shards } }) => {
      const master = (await cluster?.masterOf(oneOf(shards))) ?? 0;
      cluster?.signal(master, 'SIGKILL');
      await sleep(AWAY_MS);
      await cluster?.restart(master);
      await cluster?.isWhole();
    },
  ],
  ['shard handed over to another master', async ({ servers: { cluster, shards } }) => cluster?.move(oneOf(shards))],
  [
    'master of the cluster frozen',
    async ({ servers: { cluster, shards } }) => {
      const master = (await cluster?.masterOf(oneOf(shards))) ?? 0;
      cluster?.signal(master, 'SIGSTOP');
      await sleep(FROZEN_MS);
      cluster?.signal(master, 'SIGCONT');
      await cluster?.isWhole();
    },
  ],
];

/**
 * The great faults, one after the other, over and over: first the one that shows only while workers are at work, those of Redis
 * last, so that there is a time in which things are cached. What makes Redis lose something has it sent again.
 */
const FAULTS: readonly Fault[] = [
  [
    'schema not there yet',
    async ({ servers }) => {
      await servers.rows('ALTER TABLE workflow_goal_achievements RENAME COLUMN metadata TO metadata_of_tomorrow');
      await sleep(AWAY_MS);
      await servers.rows('ALTER TABLE workflow_goal_achievements RENAME COLUMN metadata_of_tomorrow TO metadata');
    },
  ],
  [
    'API killed',
    async ({ api }) => {
      await api.kill();
      api.start();
    },
  ],
  [
    'PostgreSQL stopped at once',
    async ({ servers }) => {
      await servers.crashPostgres();
      await sleep(AWAY_MS);
      await servers.startPostgres();
    },
  ],
  [
    'worker frozen',
    async ({ workers: [worker] }) => {
      worker?.signal('SIGSTOP');
      await sleep(FROZEN_MS);
      worker?.signal('SIGCONT');
    },
  ],
  [
    'way to PostgreSQL cut',
    async ({ servers: { wayToPostgres } }) => {
      wayToPostgres.cut();
      await sleep(AWAY_MS);
      wayToPostgres.mend();
    },
  ],
  [
    'way to PostgreSQL hanging',
    async ({ servers: { wayToPostgres } }) => {
      wayToPostgres.hang();
      await sleep(FROZEN_MS);
      wayToPostgres.mend();
    },
  ],
  [
    'all workers killed',
    async ({ workers }) => {
      await Promise.all(workers.map((worker) => worker.kill()));
      for (const worker of workers) worker.start();
    },
  ],
  [
    'Redis killed',
    async ({ servers }) => {
      await servers.crashRedis();
      await sleep(AWAY_MS);
      await servers.startRedis();
    },
  ],
  [
    'way to Redis cut',
    async ({ servers: { wayToRedis } }) => {
      wayToRedis.cut();
      await sleep(AWAY_MS);
      wayToRedis.mend();
    },
  ],
  [
    'Redis killed, its tail lost',
    async ({ servers, load }) => {
      await servers.crashRedis();
      await servers.cutTailOfRedis(1 + Math.floor(Math.random() * MOST_LOST_BYTES));
      await servers.startRedis();
      await load.sendAgain();
    },
  ],
  [
    'Redis flushed',
    async ({ servers, load }) => {
      await servers.redis.flushall();
      await load.sendAgain();
    },
  ],
];

/**
 * Starts the workers and does harm until told to stop, but to a cluster each harm once; the last fault is mended before it
 * resolves.
 */
export const doHarm = async (stage: Stage, harm: Harm, isOver: () => boolean): Promise<void> => {
  for (const worker of stage.workers) worker.start();
  await standing(stage.servers, stage.workers.length);
  await holdCounters(stage.servers);
  harm.done.push('counters held');
  await Promise.all([killWorkers(stage, harm, isOver), greatFaults(stage, harm, isOver)]);
};

/**
 * While every worker is there, holds the counters of half the tenants over and over: what ends enrollments of theirs has drawn the
 * numbers of its outgoing messages and waits, while others that have drawn later ones are committed, and relayed.
 */
const holdCounters = (servers: Servers): Promise<void> =>
  servers.asSuperuser(async (client) => {
    for (const end = Date.now() + HOLDING_MS; Date.now() < end;) {
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO workflow_daily_counters (tenant_id, workflow_id, day)
         SELECT tenant_id, id, current_date FROM workflows
         WHERE tenant_id < (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM tenants)
         ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
      );
      await sleep(HELD_MS);
      await client.query('ROLLBACK');
    }
  });

const killWorkers = async ({ workers }: Stage, harm: Harm, isOver: () => boolean): Promise<void> => {
  for (let turn = 0; !isOver(); turn += 1) {
    await sleep(BETWEEN_KILLS_MS * (0.5 + Math.random()));
    const worker = workers[turn % workers.length];
    await worker?.kill();
    harm.kills += 1;
    worker?.start();
  }
};

const greatFaults = async (stage: Stage, harm: Harm, isOver: () => boolean): Promise<void> => {
  const ofCluster = stage.servers.cluster ? FAULTS_OF_CLUSTER : [];
  const faults = [...ofCluster, ...FAULTS].filter(([name]) => !stage.spared.test(name));
  for (let turn = 0; turn < ofCluster.length || !isOver(); turn += 1) {
    const [name, fault] = faults[turn % faults.length] ?? ['', () => Promise.resolve()];
    await fault(stage);
    harm.done.push(name);
    const back = Date.now();
    await stage.probe();
    harm.recoveries.push({ after: name, ms: Date.now() - back });
    await sleep(500);
  }
};

const oneOf = (all: readonly string[]): string => all[Math.floor(Math.random() * all.length)] ?? '';

/** Waits until everything that came in is decided and everything that goes out is sent. */
export const settled = async (servers: Servers, unsent: () => Promise<number>, seconds: number): Promise<boolean> => {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const groups = await groupsOf(servers);
    if (groups.every(({ pending, lag }) => pending === 0 && lag === 0) && (await unsent()) === 0) return true;
    await sleep(100);
  }
  return false;
};
