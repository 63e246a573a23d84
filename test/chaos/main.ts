import { parseArgs } from 'node:util';
import { run, type Outcome } from './run';

const SHOWN = 20;

/** `npm run chaos`: does everything that can happen to a service, and looks whether anything was lost or done twice. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      minutes: { type: 'string' },
      runs: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const seconds = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60;
  for (let n = 0; n < Number(values.runs); n += 1) {
    const seed = Number(values.seed) + n;
    const outcome = await run({ seconds, seed });
    report(seed, outcome);
    if (outcome.findings.length > 0) process.exitCode = 1;
  }
};

const report = (seed: number, { harm, accepted, findings }: Outcome): void => {
  const times = new Map<string, number>();
  for (const name of harm.done) times.set(name, (times.get(name) ?? 0) + 1);
  const slowest = Math.max(0, ...harm.recoveries.map(({ ms }) => ms));
  const lines = [
    `seed ${String(seed)}: ${String(accepted)} events accepted, ${String(harm.kills)} workers killed, ${[...times].map(([name, n]) => `${name} ${String(n)}×`).join(', ')}`,
    `back after at most ${(slowest / 1000).toFixed(1)} s (${harm.recoveries.find(({ ms }) => ms === slowest)?.after ?? 'nothing'})`,
    findings.length === 0 ? 'nothing lost, nothing twice' : `${String(findings.length)} findings:`,
    ...findings.slice(0, SHOWN).map((finding) => `  ${finding}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
};

void main();
