import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from '#application/workflows/arrival';
import type { EventBatcher, Verdict } from '#adapters/workflows/messaging/event-batcher';

const AGAIN_AFTER_MS = 50;

/** The batcher for who waits for an answer: what is postponed is tried again until the door's patience is over. */
export class PatientBatcher {
  constructor(
    private readonly batcher: EventBatcher,
    /** One of its own, so that events of tenants that are not locked do not wait beside them. */
    private readonly late: EventBatcher,
    private readonly patienceMs: number,
  ) {}

  async gather(arrivals: readonly Arrival[]): Promise<Verdict[]> {
    const end = Date.now() + this.patienceMs;
    let verdicts = await this.batcher.gather(arrivals);
    while (verdicts.some(isPostponed) && Date.now() + AGAIN_AFTER_MS < end) {
      await sleep(AGAIN_AFTER_MS);
      const before = verdicts;
      const again = await this.late.gather(arrivals.filter((_, n) => isPostponed(before[n])));
      const inTurn = again.values();
      verdicts = before.map((verdict) => (isPostponed(verdict) ? (inTurn.next().value ?? verdict) : verdict));
    }
    return verdicts;
  }
}

const isPostponed = (verdict: Verdict | undefined): boolean => verdict !== undefined && 'postponed' in verdict;
