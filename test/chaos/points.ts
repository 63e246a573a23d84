import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '#infrastructure/context/crash-points';
import { freePort } from '#infrastructure/local/processes';
import type { Member } from './fleet';
import { Stand } from './stand';

const CAUGHT_MS = 300;
const LONGEST_END_MS = 25_000;
const MOST_LOST_BYTES = 2000;

/** A row of the crash table (RELIABILITY). Parts that find something wrong answer it. */
interface Row {
  readonly name: string;
  readonly point: CrashPoint;
  /** `SIGSTOP`: the process stands still there while something is done to the world, and then goes on. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  readonly program?: 'api' | 'worker';
  readonly before?: (stand: Stand) => Promise<void>;
  readonly meanwhile?: (stand: Stand, faulty: Member) => Promise<string[]>;
}

const dies = (name: string, point: CrashPoint): Row => ({ name, point, signal: 'SIGKILL' });

const freezes = (name: string, point: CrashPoint, harm: (stand: Stand) => Promise<void>): Row => ({
  ...{ name, point, signal: 'SIGSTOP' },
  meanwhile: async (stand) => {
    await harm(stand);
    return [];
  },
});

interface Action {
  readonly id: string;
  readonly token: string;
  readonly enrollment_id: string;
}

const claim = async (stand: Stand, enrollment: string, lease_seconds = 60): Promise<Action | undefined> => {
  const answer = await stand.ask('POST', '/pending-actions/claim', { lease_seconds, limit: 200 });
  const { items } = answer?.status === 200 ? ((await answer.json()) as { items: Action[] }) : { items: [] };
  return items.find(({ enrollment_id }) => enrollment_id === enrollment);
};

const complete = (stand: Stand, { id, token }: Action): Promise<Response | undefined> =>
  stand.ask('POST', `/pending-actions/${id}/complete`, { token });

/** The exit stands still, or is about to begin, while the engine asks; what the engine was answered must be what became of the step. */
const whileItExits = (name: string, point: CrashPoint, engine: Pick<Row, 'before' | 'meanwhile'>): Row => ({
  name,
  point,
  signal: 'SIGSTOP',
  ...engine,
});

const completes = (): Pick<Row, 'before' | 'meanwhile'> => {
  let claimed: Action | undefined;
  return {
    before: async (stand) => {
      claimed = await claim(stand, stand.ending.enrollment.id);
    },
    meanwhile: async (stand, faulty) => {
      if (!claimed) return ['a due step is not given out'];
      const answering = complete(stand, claimed);
      await goesOn(stand, faulty);
      return isAsAnswered(stand, claimed, await answering);
    },
  };
};

const claims = (): Pick<Row, 'meanwhile'> => ({
  meanwhile: async (stand, faulty) => {
    const claiming = claim(stand, stand.ending.enrollment.id);
    await goesOn(stand, faulty);
    const claimed = await claiming;
    return claimed ? isAsAnswered(stand, claimed, await complete(stand, claimed)) : [];
  },
});

/** Until the exit is committed. */
const goesOn = async (stand: Stand, faulty: Member): Promise<void> => {
  await sleep(Math.random() * CAUGHT_MS);
  faulty.signal('SIGCONT');
  const query = `SELECT FROM workflow_enrollments WHERE id = $1 AND status = 'active'`;
  while ((await stand.servers.rows(query, [stand.ending.enrollment.id])).length > 0) await sleep(10);
};

const isAsAnswered = async (stand: Stand, { id }: Action, answer: Response | undefined): Promise<string[]> => {
  const [row] = await stand.servers.rows<{ status: string }>(
    'SELECT status FROM workflow_pending_actions WHERE id = $1',
    [id],
  );
  const isOneOfTwo = row?.status === (answer?.ok === true ? 'completed' : 'cancelled');
  return isOneOfTwo ? [] : [`completing answered ${String(answer?.status)}, and the step is ${String(row?.status)}`];
};

/** An engine claims a step and is never heard of again. */
const engineDies = async (stand: Stand): Promise<string[]> => {
  const { id } = stand.open.enrollment;
  const first = await claim(stand, id, 1);
  if (!first) return ['a due step is not given out'];
  if (await claim(stand, id)) return ['a step is given out twice within its lease'];
  await sleep(1200);
  if ((await complete(stand, first))?.status !== 409) return ['a lease that has run out still holds'];
  const second = await claim(stand, id, 1);
  return second?.id === first.id && second.token !== first.token ? [] : ['a step is not given out again'];
};

/** What was cached before must not be read after, though the process that changed it did not live to say so. */
const cacheOfTheDead = async (stand: Stand): Promise<string[]> => {
  const { workflow_id } = stand.ending.enrollment;
  const answer = await stand.ask('GET', `/workflows/${workflow_id}/goals/stats`);
  const { goals_achieved } = (await answer?.json()) as { goals_achieved?: number };
  return goals_achieved === 1 ? [] : [`after an exit the statistics tell of ${String(goals_achieved)} goals achieved`];
};

const endsWithout =
  (crash: (stand: Stand) => Promise<void>, start: (stand: Stand) => Promise<void>) =>
  async (stand: Stand, faulty: Member): Promise<string[]> => {
    await crash(stand);
    const began = Date.now();
    const ending = faulty.end();
    faulty.signal('SIGCONT');
    const code = await ending;
    await start(stand);
    const took = Date.now() - began;
    return code === 0 && took < LONGEST_END_MS ? [] : [`ended with ${String(code)} after ${String(took)} ms`];
  };

const ROWS: readonly Row[] = [
  dies('after the read, before the transaction', 'entries-read'),
  dies('inside the transaction', 'change-made'),
  dies('COMMIT sent, its answer lost', 'commit-sent'),
  dies('after COMMIT, before XACK', 'batch-decided'),
  freezes('Redis killed', 'batch-decided', async ({ servers }) => {
    await servers.crashRedis();
    await servers.startRedis();
  }),
  freezes('Redis lost its tail', 'batch-decided', async (stand) => {
    await stand.servers.crashRedis();
    await stand.servers.cutTailOfRedis(1 + Math.floor(Math.random() * MOST_LOST_BYTES));
    await stand.servers.startRedis();
    await stand.send();
  }),
  freezes('Redis flushed', 'batch-decided', async (stand) => {
    await stand.servers.redis.flushall();
    await stand.send();
  }),
  freezes('PostgreSQL restarted', 'change-made', async ({ servers }) => {
    await servers.crashPostgres();
    await servers.startPostgres();
  }),
  dies('relay after it numbered', 'messages-numbered'),
  dies('relay after XADD, before it noted', 'messages-sent'),
  whileItExits('completion before an exit', 'entries-read', completes()),
  whileItExits('completion within an exit', 'change-made', completes()),
  whileItExits('claim before an exit', 'entries-read', claims()),
  whileItExits('claim within an exit', 'change-made', claims()),
  { name: 'claimed, engine dies', point: 'entries-read', signal: 'SIGKILL', meanwhile: engineDies },
  {
    ...{ name: 'after COMMIT, before the caches are cleared', program: 'api', point: 'commit-answered' },
    ...{ signal: 'SIGKILL', meanwhile: cacheOfTheDead },
  },
  {
    ...{ name: 'SIGTERM without Redis', point: 'entries-read', signal: 'SIGSTOP' },
    meanwhile: endsWithout(
      ({ servers }) => servers.crashRedis(),
      ({ servers }) => servers.startRedis(),
    ),
  },
  {
    ...{ name: 'SIGTERM without PostgreSQL', point: 'entries-read', signal: 'SIGSTOP' },
    meanwhile: endsWithout(
      ({ servers }) => servers.crashPostgres(),
      ({ servers }) => servers.startPostgres(),
    ),
  },
];

/** Brings one process to its point, harms the world there, and looks at everything once it is settled. */
const once = async (stand: Stand, row: Row, seed: number): Promise<string[]> => {
  await stand.tell(seed);
  await row.before?.(stand);
  const faulty = await begin(stand, row);
  await stand.reached(faulty);
  if (row.signal === 'SIGKILL') await faulty.kill();
  const found = (await row.meanwhile?.(stand, faulty)) ?? [];
  faulty.signal('SIGCONT');
  if (row.program === 'api') await stand.send();
  const other = faulty.isRunning ? undefined : stand.worker();
  other?.start();
  found.push(...(await stand.findings()));
  for (const member of [faulty, ...(other ? [other] : [])]) {
    const code = member.isRunning ? await member.end() : 0;
    if (code !== 0) found.push(`a process ended with ${String(code)}: ${member.said}`);
  }
  return found;
};

const begin = async (stand: Stand, { program = 'worker', point, signal }: Row): Promise<Member> => {
  const port = await freePort(0);
  const faulty = stand.faulty(program, point, signal, port);
  if (program === 'worker') {
    await stand.send();
    faulty.start();
    return faulty;
  }
  faulty.start();
  await stand.answers(port);
  const { workflow_id } = stand.ending.enrollment;
  for (let n = 0; n < 2; n += 1) await stand.ask('GET', `/workflows/${workflow_id}/goals/stats`);
  await stand.ask('POST', '/events', stand.ending.events[0], port);
  return faulty;
};

export interface Trial {
  /** Part of the names of the rows that are tried. */
  readonly only: string;
  readonly runs: number;
  readonly seed: number;
  readonly atOnce: number;
  /** A copy of the service with a mistake. */
  readonly dist?: string;
}

/** Tries every row so often, several side by side: most of their time is waiting. What was wrong is told row by row. */
export const tryRows = async (
  { only, runs, seed, atOnce, dist }: Trial,
  tell: (name: string, found: readonly string[]) => void,
): Promise<void> => {
  const rows = ROWS.filter(({ name }) => name.includes(only));
  const lane = async (): Promise<void> => {
    const stand = await Stand.open(dist);
    try {
      for (let row = rows.shift(); row; row = rows.shift()) {
        const found: string[] = [];
        for (let n = 0; n < runs && found.length === 0; n += 1) found.push(...(await once(stand, row, seed + n)));
        tell(row.name, found);
      }
    } finally {
      await stand.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, lane));
};
