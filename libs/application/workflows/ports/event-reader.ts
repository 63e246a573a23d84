import type { Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';

/** Reads a message once more, by the rules of the way it came in on. */
export abstract class EventReader {
  /** The event, the bare id of one that is none of the five types, or every fault that is (still) in it. */
  abstract read(letter: DeadLetter, now: Date): Result<ContactEvent | { readonly ignored: string }>;
}
