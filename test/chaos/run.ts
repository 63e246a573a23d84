import fc from 'fast-check';
import { join } from 'node:path';
import { freePort } from '#infrastructure/local/processes';
import { story, tell, type Told } from '../support/detection';
import type { ModelEvent } from '../support/model';
import { doHarm, settled, type Harm } from './faults';
import { Member } from './fleet';
import { Load, type Plan } from './load';
import { watchForLeaks } from './leaks';
import { findings } from './oracle';
import { environmentOf, probeOf, tenantsOf, unsent } from './scene';
import { Servers } from './servers';

const DIST = join(__dirname, '../..');
const TENANTS = 8;
const STORIES = 480;
const MALFORMED = 120;
const WORKERS = 3;
const NICE = 5;
const NOISE_PER_SECOND = 250;
const SETTLING_SECONDS = 90;

export interface Outcome {
  readonly harm: Harm;
  readonly accepted: number;
  /** Empty when everything is as it must be. */
  readonly findings: readonly string[];
}

export interface RunOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Whether the streams that events come in on are spread over a cluster. */
  readonly withCluster?: boolean;
  /** The compiled service: this one, or a copy with a mistake in it. */
  readonly dist?: string;
  /** For how long it is waited that all is decided and sent. */
  readonly settlingSeconds?: number;
  /** Names of faults that are not done; none unless told so. */
  readonly spared?: RegExp;
  /** Changes the schema before anything begins. */
  readonly spoil?: (servers: Servers) => Promise<void>;
}

/** One run: servers of its own, a service of several processes, load over all ways in, harm, and the oracle's findings. */
export const run = async ({
  seconds,
  seed,
  withCluster = false,
  dist = DIST,
  settlingSeconds = SETTLING_SECONDS,
  spared = /^$/,
  spoil,
}: RunOptions): Promise<Outcome> => {
  const servers = await Servers.start(withCluster);
  try {
    await spoil?.(servers);
    await watchForLeaks(servers);
    const tenants = await tenantsOf(servers, TENANTS);
    const stories = await storiesOf(servers, [...tenants.keys()], seed);
    const plan = planOf(stories, [...tenants.keys()], seconds, seed);
    return await harmed(servers, { tenants, stories, plan, seconds, settlingSeconds, spared, dist });
  } finally {
    await servers.stop();
  }
};

interface Scene {
  readonly tenants: ReadonlyMap<string, string>;
  readonly stories: readonly Told[];
  readonly plan: Plan;
  readonly seconds: number;
  readonly settlingSeconds: number;
  readonly spared: RegExp;
  readonly dist: string;
}

const harmed = async (
  servers: Servers,
  { tenants, stories, plan, seconds, settlingSeconds, spared, dist }: Scene,
): Promise<Outcome> => {
  const port = String(await freePort(0));
  const env = environmentOf(servers, port);
  const api = new Member(dist, 'apps/api/main.js', env);
  const workers = Array.from({ length: WORKERS }, () => new Member(dist, 'apps/worker/main.js', env, NICE));
  const load = new Load(servers, `http://127.0.0.1:${port}`, tenants, stories);
  const harm: Harm = { kills: 0, done: [], recoveries: [] };
  const probe = probeOf(`http://127.0.0.1:${port}`, [...tenants.values()][0] ?? '');
  api.start();
  try {
    await probe().catch((failure: unknown) => {
      throw new Error(`${String(failure)}: ${api.said}`);
    });
    let isOver = false;
    const stage = { servers, workers, api, load, probe, spared };
    // Before the first worker is there, so that it finds some that came in when nobody read.
    const loading = load.run(plan, seconds).finally(() => (isOver = true));
    const harming = doHarm(stage, harm, () => isOver);
    const trouble = await Promise.all([loading, harming]).then(
      () => [],
      (failure: unknown) => [String(failure)],
    );
    load.giveUp();
    isOver = true;
    await harming.catch(() => undefined);
    const isSettled = await settled(servers, () => unsent(servers), settlingSeconds);
    // Servers that could not be brought back are a finding, too.
    const found = await findings(servers, stories, plan.malformed).catch((failure: unknown) => [String(failure)]);
    const ends = await Promise.all(
      [api, ...workers].map(async (member) => ({ name: member.program, code: await member.end() })),
    );
    return {
      harm,
      accepted: load.accepted,
      findings: [
        ...trouble,
        ...(isSettled ? [] : [`not settled after ${String(settlingSeconds)} s`]),
        ...found,
        ...load.refusals.map((text) => `answered over HTTP: ${text}`),
        ...ends.filter(({ code }) => code !== 0).map(({ name, code }) => `${name} ended with ${String(code)}`),
      ],
    };
  } finally {
    await Promise.all([api, ...workers].map((member) => member.kill()));
  }
};

const storiesOf = async (servers: Servers, tenants: readonly string[], seed: number): Promise<Told[]> => {
  const stories: Told[] = [];
  for (const [n, one] of fc.sample(story, { numRuns: STORIES, seed }).entries())
    // Contacts and events have the same names in every tenant: mixing them up must show.
    stories.push(await tell(servers, tenants[n % tenants.length] ?? '', Math.floor(n / tenants.length), one));
  return stories;
};

/**
 * Every event of the stories, the first twice, among many that concern nobody, in an order that depends on the seed alone. Of
 * every other story all come at the same moment, so that several workers have them at once.
 */
const planOf = (stories: readonly Told[], tenants: readonly string[], seconds: number, seed: number): Plan => {
  const telling = stories.flatMap(({ events }, n) => {
    const all = [...events, ...events.slice(0, 1)];
    return n % 2 === 0 ? [all] : all.map((event) => [event]);
  });
  const noise = Array.from({ length: NOISE_PER_SECOND * seconds }, (_, n): ModelEvent => ({
    event_id: `noise-${String(n)}`,
    event_type: 'payment.completed',
    tenant_id: tenants[n % tenants.length] ?? '',
    contact_id: `stranger-${String(n)}`,
    occurred_at: '2026-01-02T00:00:00Z',
    data: { amount: '500', currency: 'EUR' },
  }));
  const all = [...telling, ...noise.map((event) => [event])];
  const [groups = []] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed });
  return {
    events: groups.flat(),
    malformed: Array.from({ length: MALFORMED }, (_, n) => `not an event ${String(seed)} ${String(n)}`),
  };
};
