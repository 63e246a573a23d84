import type { Actor } from '#domain/shared/actor';

/** Tells the time, cut to milliseconds. */
export abstract class Clock {
  abstract now(): Date;
}

/** Makes new ids: UUIDv7, so that rows made together lie together. */
export abstract class Ids {
  abstract next(): string;
}

/** What is known of the request in hand wherever it has got to. */
export abstract class RequestContext {
  abstract readonly requestId: string | null;
  /** W3C `traceparent` of what is being done, where it is traced. */
  abstract readonly traceparent: string | null;
  /** Who asks. Throws outside a door. */
  abstract readonly actor: Actor;
}
