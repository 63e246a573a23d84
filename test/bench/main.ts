import { benchEvents } from './events';
import { benchLatency } from './latency';
import { keep } from './report';
import { benchRest } from './rest';
import { benchScale } from './scale';
import { openSetting } from './setting';
import { benchWorkers } from './workers';

const SCENARIOS = {
  events: benchEvents,
  latency: benchLatency,
  workers: benchWorkers,
  scale: benchScale,
  rest: benchRest,
};

/** `npm run bench [-- events] [-- latency] …`: all scenarios, or those that are named; each with servers of its own, a line a figure. */
const main = async (): Promise<void> => {
  const asked = process.argv.slice(2);
  for (const [name, bench] of Object.entries(SCENARIOS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const setting = await openSetting();
    try {
      await bench(setting);
    } finally {
      await setting.stop();
    }
  }
  keep();
};

void main();
