import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { replay } from '#infrastructure/demo/replay';
import { progress, speedOf, tableOf } from '#infrastructure/demo/report';
import { localFolder } from '#infrastructure/local/local-servers';
import { runningLocalService, startLocalService } from '#infrastructure/local/local-service';

const USAGE = `Usage: npm run demo -- [--seed 42] [--contacts 2000] [--events 20000]

Replays a month of a shop's CRM in a new tenant of the service that npm start runs, or of one it starts itself.
The same seed gives the same table. For development only.
`;

const OPTIONS = {
  seed: { type: 'string', default: '42' },
  contacts: { type: 'string', default: '2000' },
  events: { type: 'string', default: '20000' },
  folder: { type: 'string', default: localFolder },
} as const;

const whole = (name: string, text: string, least: number, most: number): number => {
  if (/^\d+$/.test(text) && +text >= least && +text <= most) return Number(text);
  throw new Error(`--${name} takes a whole number from ${String(least)} to ${String(most)}\n\n${USAGE}`);
};

const read = () => {
  const { folder, ...given } = parseArgs({ options: OPTIONS }).values;
  const seed = whole('seed', given.seed, 0, 2 ** 31 - 1);
  const contacts = whole('contacts', given.contacts, 1, 50_000);
  return { folder, size: { seed, contacts, events: whole('events', given.events, 3 * contacts, 1_000_000) } };
};

const main = async (): Promise<void> => {
  const { folder, size } = read();
  if (existsSync('.env')) process.loadEnvFile('.env');
  const env = { ...process.env, PORT: '0', METRICS_PORT: '0' };
  const running = await runningLocalService(process.env, folder);
  const own = running ? undefined : await startLocalService(env, folder);
  const service = running ?? own;
  if (!service) return;
  try {
    process.stdout.write(own ? 'started a service for the demo\n' : `using the service at ${service.url}\n`);
    const outcome = await replay(service, size, progress(process.stdout));
    process.stdout.write(`\n${tableOf(outcome.lines)}\n\n${speedOf(outcome)}\ntenant ${outcome.tenantId}\n`);
  } finally {
    await own?.stop();
  }
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
