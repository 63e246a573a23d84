import { Actor } from '#domain/shared/actor';
import type { Door } from '#application/shared/door';
import type { Arrival, EventOutcome } from '#application/workflows/arrival';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import { inBatchSpan } from '#adapters/shared/tracing/spans';
import { blameOf, isLockTimeout } from '#adapters/shared/persistence/blame';

/** What became of one event: its outcome, the database's own word against it, or nothing yet because its tenant is locked. */
export type Verdict = EventOutcome | { readonly refused: string } | { readonly postponed: true };

interface Waiting {
  readonly arrival: Arrival;
  readonly tell: (verdict: Verdict) => void;
  readonly fail: (failure: unknown) => void;
}

export interface BatcherSettings {
  /** Most events that one transaction judges. */
  readonly batchSize: number;
  /** How long a single event waits for others, in milliseconds. */
  readonly gatherMs: number;
  /** Most transactions at once of what is gathered here. */
  readonly parallel: number;
}

/**
 * The door of events: whichever way they came, they are decided in batches, one command and one transaction each
 * (RELIABILITY, *The decision*). Single ones are gathered for a few milliseconds first.
 */
export class EventBatcher {
  private readonly waiting: Waiting[] = [];
  private running = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly door: Door,
    private readonly settings: BatcherSettings,
    /** Leaves the scope of the request that happened to fill the batch. */
    private readonly alone: <T>(work: () => T) => T,
  ) {}

  /** Decides these events together with whatever else arrives now. Rejects when the world or the service is at fault. */
  gather(arrivals: readonly Arrival[]): Promise<Verdict[]> {
    const verdicts = arrivals.map(
      (arrival) =>
        new Promise<Verdict>((tell, fail) => {
          this.waiting.push({ arrival, tell, fail });
        }),
    );
    this.schedule();
    return Promise.all(verdicts);
  }

  /**
   * Decides one batch. When rows are locked for long, the batch is parted by tenants, so that the others go on without the
   * one that is locked; when the database refuses a value, it is halved until the culprit is alone. Anything else is thrown.
   */
  decide(arrivals: readonly Arrival[]): Promise<Verdict[]> {
    const traceparents = arrivals.map(({ traceparent }) => traceparent);
    return inBatchSpan('decide events', traceparents, () => this.judge(arrivals));
  }

  private async judge(arrivals: readonly Arrival[]): Promise<Verdict[]> {
    const tenants = [...new Set(arrivals.map(({ event }) => event.tenantId))];
    try {
      const decided = await this.door.send(new DetectGoals(Actor.system(tenants, 'event:publish'), arrivals));
      if (!decided.ok) throw new Error(decided.error.message);
      return [...decided.value];
    } catch (failure) {
      if (isLockTimeout(failure)) return this.withoutTheLocked(arrivals, tenants);
      if (blameOf(failure) !== 'input') throw failure;
      if (arrivals.length === 1) return [{ refused: (failure as Error).message }];
      return this.halved(arrivals);
    }
  }

  private schedule(): void {
    if (this.waiting.length >= this.settings.batchSize) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, this.settings.gatherMs);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.waiting.length > 0 && this.running < this.settings.parallel) {
      const batch = this.waiting.splice(0, this.settings.batchSize);
      this.running += 1;
      void this.alone(() => this.run(batch)).finally(() => {
        this.running -= 1;
        if (this.waiting.length > 0) this.flush();
      });
    }
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.decide(batch.map(({ arrival }) => arrival));
      batch.forEach(({ tell }, n) => {
        const verdict = verdicts[n];
        if (verdict) tell(verdict);
      });
    } catch (failure) {
      for (const { fail } of batch) fail(failure);
    }
  }

  /** Both halves at once: the one without the locked tenant does not wait. */
  private async withoutTheLocked(arrivals: readonly Arrival[], tenants: readonly string[]): Promise<Verdict[]> {
    if (tenants.length === 1) return arrivals.map(() => ({ postponed: true }));
    const first = new Set(tenants.slice(0, tenants.length >> 1));
    const [ones, others] = [true, false].map((side) =>
      arrivals.filter(({ event }) => first.has(event.tenantId) === side),
    );
    const [decidedOnes, decidedOthers] = await Promise.all([this.judge(ones ?? []), this.judge(others ?? [])]);
    const verdicts = [decidedOnes.values(), decidedOthers.values()] as const;
    return arrivals.flatMap(({ event }) => verdicts[first.has(event.tenantId) ? 0 : 1].next().value ?? []);
  }

  private async halved(arrivals: readonly Arrival[]): Promise<Verdict[]> {
    const middle = arrivals.length >> 1;
    return [...(await this.judge(arrivals.slice(0, middle))), ...(await this.judge(arrivals.slice(middle)))];
  }
}
