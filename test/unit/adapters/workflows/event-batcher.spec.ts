import { err, ok, type Result } from '#domain/shared/result';
import { forbidden } from '#domain/shared/errors';
import { Door, type Request } from '#application/shared/door';
import type { Arrival, EventOutcome } from '#application/workflows/arrival';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import { EventBatcher } from '#adapters/workflows/messaging/event-batcher';
import { PatientBatcher } from '#adapters/workflows/messaging/patient-batcher';

const arrival = (eventId: string, tenantId: string): Arrival => ({
  event: {
    ...{ eventId, tenantId, eventType: 'form.submitted', contactId: 'c', occurredAt: new Date(0) },
    ...{ source: null, data: {}, facts: {} },
  },
  requestId: null,
  traceparent: null,
  answered: true,
});

const failure = (code: string): Error => Object.assign(new Error(`SQLSTATE ${code}`), { code });

/** A door whose database fails as it is told to; every batch that comes through is remembered. */
class FailingDoor extends Door {
  readonly batches: string[][] = [];

  constructor(private readonly fail: (arrivals: readonly Arrival[]) => Error | undefined) {
    super();
  }

  send<T>(request: Request<T>): Promise<Result<T>> {
    if (!(request instanceof DetectGoals)) throw new Error('only detection comes through here');
    const { arrivals } = request;
    this.batches.push(arrivals.map(({ event }) => event.eventId));
    const failed = this.fail(arrivals);
    if (failed) return Promise.reject(failed);
    const outcomes: EventOutcome[] = arrivals.map(({ event }) => ({
      event_id: event.eventId,
      outcome: 'no_match',
      achievements: [],
    }));
    return Promise.resolve(ok(outcomes as T));
  }
}

const batcher = (door: Door, batchSize = 100) =>
  new EventBatcher(door, { batchSize, gatherMs: 1, parallel: 2 }, (work) => work());

const named = (verdicts: readonly unknown[]) =>
  verdicts.map((verdict) => {
    const { event_id, refused } = verdict as { event_id?: string; refused?: string };
    return event_id ?? (refused === undefined ? 'postponed' : 'refused');
  });

describe('The batcher of events', () => {
  it('decides a batch with one command', async () => {
    const door = new FailingDoor(() => undefined);
    const verdicts = await batcher(door).decide([arrival('1', 'a'), arrival('2', 'b')]);
    expect(named(verdicts)).toEqual(['1', '2']);
    expect(door.batches).toEqual([['1', '2']]);
  });

  it('gathers single events of the same moment into one batch, and tells each its own outcome', async () => {
    const door = new FailingDoor(() => undefined);
    const one = batcher(door);
    const verdicts = await Promise.all(['1', '2', '3'].map((id) => one.gather([arrival(id, 'a')])));
    expect(verdicts.map(named)).toEqual([['1'], ['2'], ['3']]);
    expect(door.batches).toEqual([['1', '2', '3']]);
  });

  it('does not put more into one transaction than it may', async () => {
    const door = new FailingDoor(() => undefined);
    const events = Array.from({ length: 25 }, (_, n) => arrival(String(n), 'a'));
    expect(await batcher(door, 10).gather(events)).toHaveLength(25);
    expect(door.batches.map(({ length }) => length)).toEqual([10, 10, 5]);
  });

  it('parts a locked tenant from its batch: it alone is postponed, and all stay in their order', async () => {
    const door = new FailingDoor((arrivals) =>
      arrivals.some(({ event }) => event.tenantId === 'locked') ? failure('55P03') : undefined,
    );
    const tenants = ['a', 'locked', 'b', 'c', 'locked', 'a'];
    const verdicts = await batcher(door).decide(tenants.map((tenant, n) => arrival(String(n), tenant)));
    expect(named(verdicts)).toEqual(['0', 'postponed', '2', '3', 'postponed', '5']);
  });

  it('halves a batch until the event that the database refuses is alone', async () => {
    const door = new FailingDoor((arrivals) =>
      arrivals.some(({ event }) => event.eventId === '3') ? failure('22P05') : undefined,
    );
    const verdicts = await batcher(door).decide(['1', '2', '3', '4', '5'].map((id) => arrival(id, 'a')));
    expect(named(verdicts)).toEqual(['1', '2', 'refused', '4', '5']);
  });

  it.each(['08006', '57P01', '40P01', '42703', '23503'])(
    'throws what is not the event’s fault (%s): nothing was decided',
    async (code) => {
      const door = new FailingDoor(() => failure(code));
      await expect(batcher(door).decide([arrival('1', 'a'), arrival('2', 'b')])).rejects.toMatchObject({ code });
      expect(door.batches).toHaveLength(1);
      await expect(batcher(door).gather([arrival('1', 'a')])).rejects.toMatchObject({ code });
    },
  );

  it('throws when the command is refused, which only a bug can cause', async () => {
    const door = new (class extends Door {
      send = <T>(): Promise<Result<T>> => Promise.resolve(err(forbidden('event:publish')));
    })();
    await expect(batcher(door).decide([arrival('1', 'a')])).rejects.toThrow('event:publish');
  });
});

describe('The batcher for who waits for an answer', () => {
  const patient = (door: Door, patienceMs: number) => new PatientBatcher(batcher(door), batcher(door), patienceMs);

  it('tries what is postponed again, and that alone', async () => {
    let times = 0;
    const door = new FailingDoor((arrivals) =>
      arrivals.some(({ event }) => event.tenantId === 'locked') && (times += 1) < 4 ? failure('55P03') : undefined,
    );
    const verdicts = await patient(door, 1000).gather([arrival('1', 'a'), arrival('2', 'locked'), arrival('3', 'b')]);
    expect(named(verdicts)).toEqual(['1', '2', '3']);
    expect(door.batches.at(-1)).toEqual(['2']);
  });

  it('says so when its patience is over', async () => {
    const door = new FailingDoor(() => failure('55P03'));
    expect(named(await patient(door, 200).gather([arrival('1', 'a')]))).toEqual(['postponed']);
    expect(door.batches.length).toBeGreaterThan(1);
  });
});
