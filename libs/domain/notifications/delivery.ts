const MINUTE_MS = 60_000;

/** How long after each failed attempt the next one comes; after the last there is none. */
const WAITS_MS = [1, 5, 30, 120].map((minutes) => minutes * MINUTE_MS);

/** What became of one attempt. `postponed`: there was none, because the way is known to be blocked. */
export type Outcome = 'sent' | 'failed' | 'refused' | 'postponed';

/** Where a delivery stands. Attempts are those that were made. */
export interface Delivery {
  readonly state: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  readonly nextAt: Date;
}

/** How a delivery goes on: again later, never (refused for good, or tried often enough), or not at all. */
export const afterAttempt = ({ attempts, nextAt }: Delivery, outcome: Outcome, now: Date): Delivery => {
  if (outcome === 'postponed') return { state: 'pending', attempts, nextAt };
  if (outcome === 'sent') return { state: 'sent', attempts: attempts + 1, nextAt };
  const wait = outcome === 'refused' ? undefined : WAITS_MS[attempts];
  return wait === undefined
    ? { state: 'failed', attempts: attempts + 1, nextAt }
    : { state: 'pending', attempts: attempts + 1, nextAt: new Date(now.getTime() + wait) };
};
