import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Told } from '../support/detection';
import type { ModelEvent } from '../support/model';
import type { Servers } from './servers';

const TICK_MS = 50;
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;
/** For how long, after the last event was handed in for the first time, it is tried again. */
const PATIENCE_MS = 30_000;

/** What is handed in, in its order. */
export interface Plan {
  readonly events: readonly (ModelEvent & { readonly noise?: boolean })[];
  /** No events at all; each must end with the dead letters. */
  readonly malformed: readonly string[];
}

/**
 * Hands events in over all three ways until each is accepted, as a producer does that must not lose any: what was not answered
 * is sent again. What is published is accepted by nobody, so it comes over the stream as well, later.
 */
export class Load {
  /** Answers that nobody should get: an event refused, or something older than what was answered before. */
  readonly refusals: string[] = [];
  accepted = 0;
  private hasGivenUp = false;
  private readonly streamed: string[] = [];
  private readonly workflows = new Map<string, string>();
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly servers: Servers,
    private readonly apiUrl: string,
    private readonly tokens: ReadonlyMap<string, string>,
    stories: readonly Told[],
  ) {
    for (const { enrollment } of stories)
      this.workflows.set(`${enrollment.tenant_id} ${enrollment.contact_id}`, enrollment.workflow_id);
  }

  /** Spreads the plan evenly over the seconds; resolves when everything is accepted. */
  async run({ events, malformed }: Plan, seconds: number): Promise<void> {
    const ticks = Math.ceil((seconds * 1000) / TICK_MS);
    const part = <T>(all: readonly T[], tick: number): readonly T[] =>
      all.slice(Math.floor((all.length * tick) / ticks), Math.floor((all.length * (tick + 1)) / ticks));
    for (let tick = 0; tick < ticks; tick += 1) {
      for (const event of part(events, tick)) this.send(event);
      for (const text of part(malformed, tick)) this.begin(this.toStream(text));
      await sleep(TICK_MS);
    }
    const end = Date.now() + PATIENCE_MS;
    while (this.underWay.size > 0 && Date.now() < end) await sleep(TICK_MS);
    if (this.underWay.size > 0) this.refusals.push(`${String(this.underWay.size)} events are accepted by nobody`);
  }

  /** A service that does not come back will not accept anything any more. */
  giveUp(): void {
    this.hasGivenUp = true;
  }

  /** After Redis lost what it had accepted, its producers send it again. */
  async sendAgain(): Promise<void> {
    for (const text of [...this.streamed]) await this.add(text);
  }

  private send(event: ModelEvent): void {
    const text = JSON.stringify(event);
    const way = wayOf(text);
    if (way === 'http') this.begin(this.toApi(event));
    else this.begin(this.toStream(text));
    if (way === 'pubsub') void this.servers.redis.publish(event.event_type, text).catch(() => undefined);
  }

  private begin(work: Promise<void>): void {
    const running = work.finally(() => this.underWay.delete(running));
    this.underWay.add(running);
  }

  private async toStream(text: string): Promise<void> {
    this.streamed.push(text);
    await this.add(text);
    this.accepted += 1;
  }

  private async add(text: string): Promise<void> {
    for (let tries = 0; !this.hasGivenUp; tries += 1) {
      try {
        await this.servers.streams.xadd(shardOf(text, this.servers.shards), '*', 'event', text);
        return;
      } catch {
        await pauseAfter(tries);
      }
    }
  }

  /** What was read before must not be read again once an exit was answered: it is cached, and this process has changed it. */
  private async toApi(event: ModelEvent): Promise<void> {
    const workflow = this.workflows.get(`${event.tenant_id} ${event.contact_id}`);
    if (workflow !== undefined) await this.exitsOf(event.tenant_id, workflow);
    const answer = await this.publish(event);
    this.accepted += 1;
    if (workflow === undefined || !answer.results[0]?.achievements.some(({ exited }) => exited)) return;
    const exits = await this.exitsOf(event.tenant_id, workflow);
    if (exits === 0) this.refusals.push(`no exit in the statistics of ${workflow} after one was answered`);
  }

  private async publish(event: ModelEvent): Promise<Decided> {
    for (let tries = 0; !this.hasGivenUp; tries += 1) {
      const answer = await this.ask(event.tenant_id, '/events', { method: 'POST', body: JSON.stringify(event) });
      if (answer?.status === 200) return (await answer.json()) as Decided;
      if (answer && answer.status < 500) {
        this.refusals.push(`${String(answer.status)} ${await answer.text()}`);
        return { results: [] };
      }
      await pauseAfter(tries);
    }
    return { results: [] };
  }

  /** `undefined` while the service cannot answer. */
  private async exitsOf(tenant: string, workflow: string): Promise<number | undefined> {
    const answer = await this.ask(tenant, `/workflows/${workflow}/goals/stats`, {});
    if (answer?.status === 200) return ((await answer.json()) as { goals_achieved: number }).goals_achieved;
    if (answer && answer.status < 500) this.refusals.push(`${String(answer.status)} ${await answer.text()}`);
    return undefined;
  }

  private ask(tenant: string, path: string, more: RequestInit): Promise<Response | undefined> {
    const headers = { authorization: `Bearer ${this.tokens.get(tenant) ?? ''}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(10_000);
    return fetch(`${this.apiUrl}/api/v1${path}`, { ...more, headers, signal }).catch(() => undefined);
  }
}

interface Decided {
  readonly results: readonly { readonly achievements: readonly { readonly exited: boolean }[] }[];
}

/** Longer each time: hundreds that try again at once would take the machine from the very service they wait for. */
const pauseAfter = (tries: number): Promise<void> =>
  sleep(Math.min(RETRY_MS * 2 ** tries, LONGEST_RETRY_MS) * (0.5 + Math.random()));

/** The same way for the same event every time: two fifths over HTTP and Pub/Sub, the rest by stream. */
const wayOf = (text: string): 'http' | 'pubsub' | 'stream' => {
  const turn = byteOf(text, 0) % 5;
  return turn === 0 ? 'http' : turn === 1 ? 'pubsub' : 'stream';
};

const shardOf = (text: string, shards: readonly string[]): string => shards[byteOf(text, 1) % shards.length] ?? '';

const byteOf = (text: string, n: number): number => createHash('md5').update(text).digest()[n] ?? 0;
