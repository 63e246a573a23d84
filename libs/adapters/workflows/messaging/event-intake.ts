import { setTimeout as sleep } from 'node:timers/promises';
import { Actor } from '#domain/shared/actor';
import type { DeadLetterWay } from '#domain/workflows/dead-letter';
import type { Door } from '#application/shared/door';
import type { Clock } from '#application/shared/tools';
import type { Arrival } from '#application/workflows/arrival';
import { KeepDeadLetters } from '#application/workflows/commands/keep-dead-letters';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import type { EventBatcher, Verdict } from '#adapters/workflows/messaging/event-batcher';
import {
  countDeadLetters,
  countDecided,
  countDropped,
  countReceived,
  type WayIn,
} from '#adapters/workflows/messaging/event-metrics';
import { MessageReader, type Reading } from '#adapters/workflows/messaging/message-reader';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import type { Signatures } from '#adapters/workflows/messaging/signatures';

const ATTEMPTS = 65;
const LONGEST_PAUSE_MS = 1000;

/** Some 50,000 usual messages: five seconds at 10,000/s, and a part of the heap that a worker can spare. */
const MOST_WAITING_BYTES = 128 * 1024 * 1024;
/** What a message that waits takes beside its bytes: what was read of it, promises, a timer. */
const BESIDE_ITS_BYTES = 2048;

type BusWay = Exclude<WayIn, 'http'>;

type Read = Extract<Reading, { arrival: Arrival }>;
type Decide = (arrivals: readonly Arrival[]) => Promise<Verdict[]>;

/**
 * What both ways in over Redis have in common: messages are read, events decided, and what is bad set aside, without ever
 * stopping its neighbours. Rejects when the world or the service is at fault; then the messages are to be taken again.
 */
export class EventIntake {
  private readonly reader: MessageReader;
  private hasGivenUp = false;
  private waitingBytes = 0;
  private isFull = false;

  constructor(
    private readonly door: Door,
    private readonly batcher: EventBatcher,
    private readonly clock: Clock,
    signatures: Signatures,
    private readonly mostWaitingBytes = MOST_WAITING_BYTES,
  ) {
    this.reader = new MessageReader(clock, signatures);
  }

  /** Takes whole reads of a stream, each as one batch. Answers those to be taken again later: their tenant is locked. */
  takeBatch(messages: readonly RawMessage[]): Promise<RawMessage[]> {
    const readings = this.read('stream', messages);
    return this.settle('stream', messages, readings, (arrivals) => this.batcher.decide(arrivals));
  }

  /**
   * Takes a single message, gathered into a batch with others of the same moment, and keeps trying for a minute: nobody
   * will send it again. Where too much waits already it is dropped, and `warn` is told so at once, the first time.
   */
  async takeWhateverItTakes(message: RawMessage, warn: (failure: Error, atOnce: boolean) => void): Promise<void> {
    const bytes = message.raw.length + BESIDE_ITS_BYTES;
    if (this.waitingBytes + bytes > this.mostWaitingBytes) {
      countDropped();
      if (!this.isFull) warn(new Error('too many wait; those that come now are dropped'), true);
      this.isFull = true;
      return;
    }
    this.waitingBytes += bytes;
    try {
      await this.insist(message, warn);
    } finally {
      this.waitingBytes -= bytes;
      this.isFull &&= this.waitingBytes > 0;
    }
  }

  /** Single messages that cannot be taken now are not tried again. */
  giveUp(): void {
    this.hasGivenUp = true;
  }

  /** Sets a message aside that came in on a channel of requests and is none. */
  setAside(message: RawMessage): Promise<void> {
    const { raw, origin, receivedAt } = message;
    const detail = 'A request is framed: {"pattern": …, "data": …, "id": …}.';
    return this.keep([{ way: 'request', origin, tenantId: null, reason: 'not_json', detail, raw, receivedAt }]);
  }

  /** Reads it once, however often it is tried. */
  private async insist(message: RawMessage, warn: (failure: Error, atOnce: boolean) => void): Promise<void> {
    const readings = this.read('pubsub', [message]);
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.settle('pubsub', [message], readings, (arrivals) =>
        this.batcher.gather(arrivals),
      ).then(
        (postponed) => (postponed.length > 0 ? new Error('their tenant is locked') : undefined),
        (thrown: unknown) => thrown as Error,
      );
      if (!failure) return;
      if (attempt === ATTEMPTS || this.hasGivenUp) throw failure;
      warn(failure, false);
      await sleep(Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS));
    }
  }

  private read(way: BusWay, messages: readonly RawMessage[]): Reading[] {
    const readings = messages.map((message) => this.reader.read(way, message));
    countReceived(way, readings.map(typeOf));
    return readings;
  }

  /** Answers those that are postponed. */
  private async settle(
    way: BusWay,
    messages: readonly RawMessage[],
    readings: readonly Reading[],
    decide: Decide,
  ): Promise<RawMessage[]> {
    const arrivals = readings.flatMap((reading) => (reading && 'arrival' in reading ? [reading.arrival] : []));
    const letters = readings.flatMap((reading) => (reading && 'letter' in reading ? [reading.letter] : []));
    const verdicts = arrivals.length > 0 ? await decide(arrivals) : [];
    const times = messages.flatMap(({ receivedAt }, n) => (isArrival(readings[n]) ? [receivedAt] : []));
    countDecided(verdicts, times, this.clock.now().getTime());
    const inTurn = verdicts.values();
    const postponed: RawMessage[] = [];
    readings.forEach((reading, n) => {
      const message = messages[n];
      if (!message || !reading || !('arrival' in reading)) return;
      const verdict = inTurn.next().value;
      if (!verdict) return;
      if ('postponed' in verdict) postponed.push(message);
      const letter = letterOf(way, message, reading, verdict);
      if (letter) letters.push(letter);
    });
    if (letters.length > 0) await this.keep(letters);
    return postponed;
  }

  private async keep(letters: readonly DeadLetter[]): Promise<void> {
    const tenants = [...new Set(letters.flatMap(({ tenantId }) => tenantId ?? []))];
    const kept = await this.door.send(new KeepDeadLetters(Actor.system(tenants, 'event:publish'), letters));
    if (!kept.ok) throw new Error(kept.error.message);
    countDeadLetters(letters.map(({ reason }) => reason));
  }
}

const isArrival = (reading: Reading | undefined) => Boolean(reading && 'arrival' in reading);

const typeOf = (reading: Reading) => (reading && 'arrival' in reading ? reading.arrival.event.eventType : 'other');

const letterOf = (
  way: DeadLetterWay,
  message: RawMessage,
  { arrival, raw }: Read,
  verdict: Verdict,
): DeadLetter | null => {
  if ('postponed' in verdict || ('outcome' in verdict && verdict.outcome !== 'unknown_tenant')) return null;
  const { origin, receivedAt } = message;
  const letter = { way, origin, tenantId: arrival.event.tenantId, raw, receivedAt };
  if ('refused' in verdict) return { ...letter, reason: 'refused_by_database', detail: verdict.refused };
  return { ...letter, reason: 'tenant_unknown', detail: 'There is no such tenant.' };
};
