import { setTimeout as sleep } from 'node:timers/promises';
import { Actor } from '#domain/shared/actor';
import type { DeadLetterWay } from '#domain/workflows/dead-letter';
import type { Door } from '#application/shared/door';
import type { Clock } from '#application/shared/tools';
import type { Arrival } from '#application/workflows/arrival';
import { KeepDeadLetters } from '#application/workflows/commands/keep-dead-letters';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import type { EventBatcher, Verdict } from '#adapters/workflows/messaging/event-batcher';
import { countDeadLetters, countDecided, countReceived, type WayIn } from '#adapters/workflows/messaging/event-metrics';
import { MessageReader, type Reading } from '#adapters/workflows/messaging/message-reader';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import type { Signatures } from '#adapters/workflows/messaging/signatures';

const ATTEMPTS = 65;
const LONGEST_PAUSE_MS = 1000;

type Read = Extract<Reading, { arrival: Arrival }>;
type Decide = (arrivals: readonly Arrival[]) => Promise<Verdict[]>;

/**
 * What both ways in over Redis have in common: messages are read, events decided, and what is bad set aside, without ever
 * stopping its neighbours. Rejects when the world or the service is at fault; then the messages are to be taken again.
 */
export class EventIntake {
  private readonly reader: MessageReader;
  private hasGivenUp = false;

  constructor(
    private readonly door: Door,
    private readonly batcher: EventBatcher,
    private readonly clock: Clock,
    signatures: Signatures,
  ) {
    this.reader = new MessageReader(clock, signatures);
  }

  /** Takes whole reads of a stream, each as one batch. Answers those to be taken again later: their tenant is locked. */
  takeBatch(messages: readonly RawMessage[]): Promise<RawMessage[]> {
    return this.take('stream', messages, (arrivals) => this.batcher.decide(arrivals));
  }

  /**
   * Takes a single message, gathered into a batch with others of the same moment, and keeps trying for a minute: nobody
   * will send it again.
   */
  async takeWhateverItTakes(message: RawMessage, warn: (failure: Error) => void): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const postponed = await this.take('pubsub', [message], (arrivals) => this.batcher.gather(arrivals));
        if (postponed.length === 0) return;
      } catch (failure) {
        if (attempt === ATTEMPTS || this.hasGivenUp) throw failure;
        warn(failure as Error);
      }
      await sleep(Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS));
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

  private async take(
    way: Exclude<WayIn, 'http'>,
    messages: readonly RawMessage[],
    decide: Decide,
  ): Promise<RawMessage[]> {
    const readings = messages.map((message) => this.reader.read(way, message));
    const arrivals = readings.flatMap((reading) => (reading && 'arrival' in reading ? [reading.arrival] : []));
    const letters = readings.flatMap((reading) => (reading && 'letter' in reading ? [reading.letter] : []));
    countReceived(way, readings.map(typeOf));
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
