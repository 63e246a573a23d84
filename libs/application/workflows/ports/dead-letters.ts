import type { DeadLetterReason, DeadLetterWay } from '#domain/workflows/dead-letter';
import type { Page, PageRequest } from '#application/shared/listing';
import type { DeadLetterView, ListedDeadLetterView } from '#application/workflows/dead-letter-views';

/** A message that no decision could be made of, with the bytes it came as. */
export interface DeadLetter {
  readonly way: DeadLetterWay;
  /**
   * Where it came from, the same for every delivery: `<stream>/<entry id>`, `<channel>/<SHA-256 of raw>` or
   * `<pattern>/<packet id>`; at most 500 characters.
   */
  readonly origin: string;
  /** The tenant the message names, whether or not there is one; `null` when it names none. */
  readonly tenantId: string | null;
  readonly reason: DeadLetterReason;
  /** In words, for whoever mends it. */
  readonly detail: string;
  /** The bytes as they were sent, on a channel with the frame of the transport; what was signed, where that was good. */
  readonly raw: Buffer;
  readonly receivedAt: Date;
}

/** Where bad messages wait for somebody to look at them (SPEC 7, *Bad input*). */
export abstract class DeadLetters {
  /**
   * Keeps letters of any number of tenants; one whose origin is kept already changes nothing. One that names a tenant the
   * actor does not have, or that does not exist, is kept without a tenant: for the operator only.
   */
  abstract keep(letters: readonly DeadLetter[]): Promise<void>;

  /** Takes a letter out for good, once the transaction commits; `why` is what the audit log says. */
  abstract take(tenantId: string, id: string, why: 'deleted' | 'replayed'): Promise<DeadLetter | null>;

  abstract letter(tenantId: string, id: string): Promise<DeadLetterView | null>;

  abstract letters(tenantId: string, page: PageRequest): Promise<Page<ListedDeadLetterView>>;
}
