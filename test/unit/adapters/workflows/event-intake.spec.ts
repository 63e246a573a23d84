import { ok, type Result } from '#domain/shared/result';
import { Door, type Request } from '#application/shared/door';
import type { EventOutcome } from '#application/workflows/arrival';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import { KeepDeadLetters } from '#application/workflows/commands/keep-dead-letters';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';
import { Signatures } from '#adapters/workflows/messaging/signatures';
import { StandingClock } from '../../../support/fakes/tools';

const TENANT = '0192f0c1-7b1a-7c3e-9d2f-4a5b6c7d8e9f';

/** A door that decides everything, unless it is told to fail first; what came through is remembered. */
class OpenDoor extends Door {
  readonly decided: string[] = [];
  readonly letters: DeadLetter[] = [];
  readonly failures: Error[] = [];

  send<T>(request: Request<T>): Promise<Result<T>> {
    const failure = this.failures.shift();
    if (failure) return Promise.reject(failure);
    if (request instanceof KeepDeadLetters) this.letters.push(...request.letters);
    const arrivals = request instanceof DetectGoals ? request.arrivals : [];
    this.decided.push(...arrivals.map(({ event }) => event.eventId));
    const outcomes = arrivals.map(({ event }): EventOutcome => ({
      event_id: event.eventId,
      outcome: 'no_match',
      achievements: [],
    }));
    return Promise.resolve(ok(outcomes as T));
  }
}

const clock = new StandingClock();
const messageOf = (event: object): RawMessage => {
  const raw = Buffer.from(
    JSON.stringify({ event_type: 'form.submitted', tenant_id: TENANT, contact_id: 'c', ...event }),
  );
  return { raw, origin: 'somewhere', receivedAt: clock.now() };
};

describe('The intake of messages', () => {
  let door: OpenDoor;
  const intakeWith = (signatures = new Signatures([]), mostWaitingBytes?: number) => {
    const batcher = new EventBatcher(door, { batchSize: 100, gatherMs: 1, parallel: 2 }, (work) => work());
    return new EventIntake(door, batcher, clock, signatures, mostWaitingBytes);
  };
  beforeEach(() => {
    door = new OpenDoor();
  });

  it('sets a message aside over whose reading it stumbles, and goes on with its neighbours', async () => {
    const signatures = new Signatures([]);
    const open = signatures.open.bind(signatures);
    signatures.open = (message) => {
      if (message.keyId === 'a stone') throw new RangeError('stumbled');
      return open(message);
    };
    const messages = ['1', '2', '3'].map((event_id) => messageOf({ event_id }));
    const stone = { ...messageOf({ event_id: '2' }), keyId: 'a stone' };
    const [one, , three] = messages as [RawMessage, RawMessage, RawMessage];
    expect(await intakeWith(signatures).takeBatch([one, stone, three])).toEqual([]);
    expect(door.decided).toEqual(['1', '3']);
    expect(door.letters).toMatchObject([{ tenantId: null, reason: 'refused_content', raw: stone.raw }]);
    expect(door.letters[0]?.detail).toContain('stumbled');
  });

  it('keeps nothing aside when the database fails: the messages come again', async () => {
    door.failures.push(Object.assign(new Error('gone'), { code: '57P01' }));
    await expect(intakeWith().takeBatch([messageOf({ event_id: '1' })])).rejects.toThrow('gone');
    expect(door.letters).toEqual([]);
  });

  it('reads and counts a message of a channel once, however often it is tried', async () => {
    const signatures = new Signatures([]);
    const open = jest.spyOn(signatures, 'open');
    door.failures.push(...['57P01', '55P03'].map((code) => Object.assign(new Error('gone'), { code })));
    const warned: string[] = [];
    await intakeWith(signatures).takeWhateverItTakes(messageOf({ event_id: '1' }), ({ message }) => {
      warned.push(message);
    });
    expect(door.decided).toEqual(['1']);
    expect(warned).toEqual(['gone', 'their tenant is locked']);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('does not go on with what is postponed once it has given up', async () => {
    const intake = intakeWith();
    intake.giveUp();
    door.failures.push(Object.assign(new Error('held'), { code: '55P03' }));
    await expect(intake.takeWhateverItTakes(messageOf({ event_id: '1' }), () => undefined)).rejects.toThrow('locked');
    expect(door.decided).toEqual([]);
  });

  it('drops what is published while too much waits, says so once, and goes on when there is room', async () => {
    const intake = intakeWith(undefined, 6000);
    const warned: boolean[] = [];
    const take = (event_id: string) =>
      intake.takeWhateverItTakes(messageOf({ event_id }), (_, atOnce) => void warned.push(atOnce));
    await Promise.all(['1', '2', '3', '4'].map(take));
    expect(door.decided).toEqual(['1', '2']);
    expect(warned).toEqual([true]);
    await take('5');
    expect(door.decided).toEqual(['1', '2', '5']);
  });
});
