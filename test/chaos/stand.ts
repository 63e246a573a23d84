import fc from 'fast-check';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#infrastructure/local/processes';
import type { CrashPoint } from '#infrastructure/context/crash-points';
import { story, tell, type Story, type Told } from '../support/detection';
import { settled } from './faults';
import { Member, REACHED } from './fleet';
import { watchForLeaks } from './leaks';
import { findings } from './oracle';
import { environmentOf, probeOf, tenantsOf, unsent } from './scene';
import { Servers } from './servers';

const OTHERS = 6;
const PATIENCE_MS = 30_000;
const DIST = join(__dirname, '../..');

const GOAL = {
  ...{ goal_type: 'form_submitted', criteria: { form_id: 'f-1' } },
  ...{ since: -10, window_hours: null },
} as const;

/** Is over as soon as its one event is decided. */
const ENDING: Story = {
  ...{ goalLogic: 'any', goals: [GOAL], enrolledAt: 0 },
  events: [{ type: 'form.submitted', hours: 1, data: { form_id: 'f-1' } }],
};

/** Goes on for ever. */
const OPEN: Story = { ...ENDING, events: [{ type: 'appointment.booked', hours: 1, data: { calendar_id: 'c-1' } }] };

/** What one row of the crash table is tried on: servers, an API that is never harmed, and stories that get longer with every run. */
export class Stand {
  /** Of the latest run. */
  ending!: Told;
  open!: Told;
  private readonly stories: Told[] = [];
  private latest: readonly string[] = [];

  private constructor(
    readonly servers: Servers,
    private readonly tenant: string,
    private readonly token: string,
    private readonly port: number,
    private readonly api: Member,
    private readonly dist: string,
  ) {}

  /** `dist`: the service as it was built, or a copy with a mistake. */
  static async open(dist = DIST): Promise<Stand> {
    const servers = await Servers.start();
    const [[tenant, token] = ['', '']] = await tenantsOf(servers, 1);
    const port = await freePort(0);
    const api = new Member(dist, 'apps/api/main.js', environmentOf(servers, String(port)));
    api.start();
    const stand = new Stand(servers, tenant, token, port, api, dist);
    await probeOf(stand.url(port), token)();
    return stand;
  }

  async close(): Promise<void> {
    await this.api.end();
    await this.servers.stop();
  }

  /** Whatever else happens to contacts, one whose enrollment ends, and one whose enrollment stays open; both with a step that is due. */
  async tell(seed: number): Promise<void> {
    await watchForLeaks(this.servers);
    const told = [ENDING, OPEN, ...fc.sample(story, { numRuns: OTHERS, seed })];
    const first = this.stories.length;
    for (const [n, one] of told.entries()) this.stories.push(await tell(this.servers, this.tenant, first + n, one));
    const [ending, open] = this.stories.slice(first);
    if (ending && open) Object.assign(this, { ending, open });
    await this.servers.rows(
      'UPDATE workflow_pending_actions SET scheduled_at = now() WHERE position = 1 AND enrollment_id = ANY ($1)',
      [[this.ending.enrollment.id, this.open.enrollment.id]],
    );
    this.latest = this.stories.slice(first).flatMap(({ events }) => events.map((event) => JSON.stringify(event)));
  }

  /** Hands in every event of the latest run, as its producers do again when Redis may have lost it. */
  async send(): Promise<void> {
    const { streams, shards } = this.servers;
    for (const text of this.latest) await streams.xadd(shards[0] ?? '', '*', 'event', text);
  }

  worker(): Member {
    return new Member(this.dist, 'apps/worker/main.js', environmentOf(this.servers, '0'));
  }

  faulty(program: 'api' | 'worker', point: CrashPoint, signal: 'SIGKILL' | 'SIGSTOP', port = 0): Member {
    return new Member(this.dist, 'test/chaos/faulty.js', {
      ...environmentOf(this.servers, String(port)),
      ...{ FAULT_PROGRAM: `apps/${program}/main.js`, FAULT_POINT: point, FAULT_SIGNAL: signal },
    });
  }

  async reached(member: Member): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!member.said.includes(REACHED)) {
      if (Date.now() > end) throw new Error(`the fault point is never reached: ${member.said}`);
      await sleep(10);
    }
  }

  async answers(port: number): Promise<void> {
    await probeOf(this.url(port), this.token)();
  }

  /** Over HTTP; `undefined` where no answer came. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown, port = this.port): Promise<Response | undefined> {
    return fetch(`${this.url(port)}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
  }

  /** Everything that is wrong once all is decided and sent. */
  async findings(): Promise<string[]> {
    const isSettled = await settled(this.servers, () => unsent(this.servers), PATIENCE_MS / 1000);
    return [...(isSettled ? [] : ['not settled']), ...(await findings(this.servers, this.stories, []))];
  }

  private url(port: number): string {
    return `http://127.0.0.1:${String(port)}`;
  }
}
