import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { benchEvents } from './events';
import { benchLatency } from './latency';
import { forget, keep } from './report';
import { benchRest } from './rest';
import { benchScale } from './scale';
import { openSetting } from './setting';
import { benchWorkers } from './workers';

const HERE = '--here';

const SCENARIOS = {
  events: benchEvents,
  latency: benchLatency,
  workers: benchWorkers,
  scale: benchScale,
  rest: benchRest,
};

type Scenario = keyof typeof SCENARIOS;

/** With servers of its own, a line a figure. */
const run = async (scenario: Scenario): Promise<void> => {
  const setting = await openSetting();
  try {
    await SCENARIOS[scenario](setting);
  } finally {
    await setting.stop();
  }
  keep();
};

/** What one scenario leaves in memory would slow the next one down. */
const runApart = async (scenario: Scenario): Promise<void> => {
  const child = spawn(process.execPath, [...process.execArgv, __filename, HERE, scenario], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${scenario} ended with ${String(code)}`);
};

/** `npm run bench [-- events] [-- latency] …`: all scenarios, or those that are named; each in a process of its own. */
const main = async (): Promise<void> => {
  const [first, ...rest] = process.argv.slice(2);
  const scenarios = Object.keys(SCENARIOS) as Scenario[];
  const isAsked = (names: readonly (string | undefined)[]) => scenarios.filter((name) => names.includes(name));
  if (first === HERE) {
    for (const scenario of isAsked(rest)) await run(scenario);
    return;
  }
  forget();
  for (const scenario of first === undefined ? scenarios : isAsked([first, ...rest])) await runApart(scenario);
};

void main();
