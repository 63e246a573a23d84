import { Clock, Ids } from '#application/shared/tools';

/** A clock that stands still until it is set. */
export class SetClock extends Clock {
  constructor(private time: Date) {
    super();
  }

  now(): Date {
    return this.time;
  }

  pass(milliseconds: number): void {
    this.time = new Date(this.time.getTime() + milliseconds);
  }
}

/** UUIDs one after the other. */
export class CountingIds extends Ids {
  private count = 0;

  next(): string {
    this.count += 1;
    return `0190a000-0000-7000-8000-${this.count.toString(16).padStart(12, '0')}`;
  }
}
