import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { benchEvents } from './events';
import { benchLatency } from './latency';
import { forget, keep } from './report';
import { benchRest } from './rest';
import { benchScale } from './scale';
import { openSetting } from './setting';
import { benchWorkers } from './workers';

/** Before the name of a scenario: in this very process. */
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
  const asked = process.argv.slice(2);
  if (asked[0] === HERE) return run(asked[1] as Scenario);
  forget();
  for (const scenario of Object.keys(SCENARIOS) as Scenario[])
    if (asked.length === 0 || asked.includes(scenario)) await runApart(scenario);
};

void main();
