import type { Clock, Ids } from '#application/shared/tools';

/** A clock that stands still until it is set. */
export class StandingClock implements Clock {
  constructor(public time = new Date('2026-01-26T10:00:00.000Z')) {}

  now(): Date {
    return this.time;
  }

  forward(milliseconds: number): void {
    this.time = new Date(this.time.getTime() + milliseconds);
  }
}

/** Ids that count. */
export class CountingIds implements Ids {
  private last = 0;

  next(): string {
    this.last += 1;
    return `00000000-0000-7000-8000-${String(this.last).padStart(12, '0')}`;
  }
}
