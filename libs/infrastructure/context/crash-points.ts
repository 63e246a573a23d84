import { Injectable } from '@nestjs/common';

/** Where it makes a difference that a process dies (RELIABILITY, *What happens if we die here*), in the order of an event's way. */
export const CRASH_POINTS = [
  'entries-read',
  'change-made',
  'commit-sent',
  'commit-answered',
  'batch-decided',
  'messages-numbered',
  'messages-sent',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Does nothing. A test binds another, which ends or freezes the process at one of its points. */
@Injectable()
export class CrashPoints {
  readonly reach: (point: CrashPoint) => void = () => undefined;
}
