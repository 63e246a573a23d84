import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, MUTANTS, spoil, type Mutant } from './mutants';
import { tryRows } from './points';
import { run, type Outcome } from './run';
import type { Servers } from './servers';

const SHOWN = 20;
const SHOWN_OF_MUTANT = 2;
const WIDTH = 400;
const MOST_TRIES = 3;
const DIST = join(__dirname, '../..');

/**
 * `npm run chaos`: does everything that can happen to a service, and looks whether anything was lost or done twice; with
 * `--cluster`, where the streams that events come in on are spread over one.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      minutes: { type: 'string' },
      runs: { type: 'string' },
      cluster: { type: 'boolean', default: false },
      points: { type: 'boolean', default: false },
      'at-once': { type: 'string', default: '4' },
      mutants: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const { cluster: withCluster, only } = values;
  const [seconds, first] = [Number(values.minutes ?? 0) * 60 || Number(values.seconds), Number(values.seed)];
  if (values.mutants) return tryMutants(seconds, first, only, withCluster);
  if (values.points) return tryPoints(only, Number(values.runs ?? 20), first, Number(values['at-once']));
  for (let seed = first; seed < first + Number(values.runs ?? 1); seed += 1) {
    const outcome = await run({ seconds, seed, withCluster });
    report(seed, outcome);
    if (outcome.findings.length > 0) process.exitCode = 1;
  }
};

/** Builds each deliberate mistake, and shows that the oracle finds it; tries a rare one again with another order of events. */
const tryMutants = async (seconds: number, seed: number, only: string, withCluster: boolean): Promise<void> => {
  const atRandom = async ({ spared, ...mutant }: Mutant, dist: string, at: number): Promise<readonly string[]> => {
    const spoiled = (servers: Servers) => spoil(servers, mutant);
    const scene = { ...(spared && { spared }), seconds, withCluster, seed: at, dist, spoil: spoiled };
    return (await run({ settlingSeconds: 15, ...scene })).findings;
  };
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
    const { dist, remove } = await build(DIST, mutant);
    let [found, tries]: [readonly string[], number] = [[], 0];
    while (found.length === 0 && tries < MOST_TRIES) {
      found =
        mutant.point === undefined
          ? await atRandom(mutant, dist, seed + tries)
          : await atPoint(dist, mutant.point, seed + tries);
      tries += 1;
    }
    await remove();
    const result = found.length > 0 ? `caught (${String(found.length)} findings, run ${String(tries)})` : 'NOT CAUGHT';
    process.stdout.write(`${mutant.name}: ${result}\n${listed(found, SHOWN_OF_MUTANT)}`);
    if (found.length === 0) process.exitCode = 1;
  }
};

/** What is found where a process with the mistake is brought to one of the named points. */
const atPoint = async (dist: string, point: string, seed: number): Promise<readonly string[]> => {
  const all: string[] = [];
  await tryRows({ only: point, runs: 2, seed, atOnce: 1, dist }, (_, found) => all.push(...found));
  return all;
};

/** Brings processes to each named point, and harms the world there. */
const tryPoints = (only: string, runs: number, seed: number, atOnce: number): Promise<void> =>
  tryRows({ only, runs, seed, atOnce }, (name, found) => {
    const result = found.length === 0 ? `nothing lost, nothing twice in ${String(runs)} runs` : 'FAILED';
    process.stdout.write(`${name}: ${result}\n${listed(found)}`);
    if (found.length > 0) process.exitCode = 1;
  });

const listed = (found: readonly string[], most = SHOWN): string =>
  found
    .slice(0, most)
    .map((one) => `  ${one.slice(0, WIDTH)}\n`)
    .join('');

/** After faults of these the service only goes on; after the others a process of its own has to start first. */
const SERVERS = /Redis|PostgreSQL|cluster|shard/;

const slowest = (recoveries: Outcome['harm']['recoveries']): string => {
  const { ms, after } = recoveries.reduce((most, one) => (one.ms > most.ms ? one : most), { ms: 0, after: 'nothing' });
  return `${(ms / 1000).toFixed(1)} s (${after})`;
};

const report = (seed: number, { harm, accepted, findings }: Outcome): void => {
  const times = new Map<string, number>();
  for (const name of harm.done) times.set(name, (times.get(name) ?? 0) + 1);
  const lines = [
    `seed ${String(seed)}: ${String(accepted)} events accepted, ${String(harm.kills)} workers killed, ${[...times].map(([name, n]) => `${name} ${String(n)}×`).join(', ')}`,
    `back after at most ${slowest(harm.recoveries)}; of servers that were away, ${slowest(harm.recoveries.filter(({ after }) => SERVERS.test(after)))}`,
    findings.length === 0 ? 'nothing lost, nothing twice' : `${String(findings.length)} findings:`,
  ];
  process.stdout.write(`${lines.join('\n')}\n${listed(findings)}`);
};

// Ended from outside, it ends what it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
void main();
