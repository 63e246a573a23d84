/** A time on hold that is over, in milliseconds since 1970: as it is kept, so that nothing needs to be read out of a text. */
export interface Hold {
  readonly from: number;
  readonly until: number;
}

/** Milliseconds of holds between two times, the present one included; the start of a goal may have been moved since they were. */
export const heldBetween = (holds: readonly Hold[], heldSince: Date | null, start: Date, now: Date): number =>
  withPresent(holds, heldSince, now)
    .map(({ from, until }) => Math.min(until, now.getTime()) - Math.max(from, start.getTime()))
    .reduce((held, part) => held + Math.max(0, part), 0);

/** All holds, where the present one ends now. */
export const withPresent = (holds: readonly Hold[], heldSince: Date | null, now: Date): readonly Hold[] =>
  heldSince ? [...holds, { from: heldSince.getTime(), until: now.getTime() }] : holds;
