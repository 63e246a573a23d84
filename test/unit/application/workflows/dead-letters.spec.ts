import { Actor } from '#domain/shared/actor';
import { conflict, invalid, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Door, Request } from '#application/shared/door';
import type { EventOutcome } from '#application/workflows/arrival';
import { DeleteDeadLetter, DeleteDeadLetterHandler } from '#application/workflows/commands/delete-dead-letter';
import { DetectGoals } from '#application/workflows/commands/detect-goals';
import { KeepDeadLetters, KeepDeadLettersHandler } from '#application/workflows/commands/keep-dead-letters';
import { ReplayDeadLetter, ReplayDeadLetterHandler } from '#application/workflows/commands/replay-dead-letter';
import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import type { EventReader } from '#application/workflows/ports/event-reader';
import { GetDeadLetter, GetDeadLetterHandler } from '#application/workflows/queries/get-dead-letter';
import { ListDeadLetters, ListDeadLettersHandler } from '#application/workflows/queries/list-dead-letters';
import { InMemoryDeadLetters } from '../../../support/fakes/in-memory-dead-letters';
import { pageRequest } from '../../../support/fakes/pages';

const TENANT = '11111111-1111-4111-8111-111111111111';
const admin = Actor.member(TENANT, '33333333-3333-4333-8333-333333333333', 'Admin');
const editor = Actor.member(TENANT, '33333333-3333-4333-8333-333333333333', 'Editor');
const clock = { now: () => new Date('2026-01-31T12:00:00Z') };
const page = pageRequest({ by: 'created_at' });

const LETTER: DeadLetter = {
  way: 'stream',
  origin: 'goal-service:events:in:0/1-0',
  tenantId: TENANT,
  reason: 'invalid_event',
  detail: '',
  raw: Buffer.from('{}'),
  receivedAt: new Date('2026-01-26T10:00:00Z'),
};
const EVENT = { eventId: 'evt-1', tenantId: TENANT } as ContactEvent;

/** Decides every event the same, and remembers what it was asked. */
class FixedDoor implements Door {
  readonly asked: DetectGoals[] = [];

  constructor(private readonly answer: Result<readonly EventOutcome[]>) {}

  send<T>(request: Request<T>): Promise<Result<T>> {
    if (!(request instanceof DetectGoals)) throw new Error('only decisions are asked for here');
    this.asked.push(request);
    return Promise.resolve(this.answer as unknown as Result<T>);
  }
}

const decided = (outcome: EventOutcome['outcome']) => ok([{ event_id: 'evt-1', outcome, achievements: [] }]);

const replaying = async (
  read: ReturnType<EventReader['read']>,
  answer: Result<readonly EventOutcome[]> = decided('no_match'),
  letter = LETTER,
) => {
  const letters = new InMemoryDeadLetters([TENANT]);
  await letters.keep([letter]);
  const id = (await letters.letters(TENANT, page)).items[0]?.id ?? '';
  const seen: unknown[] = [];
  const reader = {
    read: (...given: Parameters<EventReader['read']>) => {
      seen.push(given);
      return read;
    },
  };
  const door = new FixedDoor(answer);
  const context = { requestId: 'request-1', traceparent: null, actor: admin };
  const handler = new ReplayDeadLetterHandler(letters, reader, door, clock, context);
  return {
    replay: (actor = admin, which = id) => handler.execute(new ReplayDeadLetter(actor, which)),
    door,
    letters,
    seen,
  };
};

describe('replaying a dead letter', () => {
  it('decides what is readable now, as the service itself', async () => {
    const { replay, door, letters } = await replaying(ok(EVENT));
    expect(await replay()).toEqual(ok({ event_id: 'evt-1', outcome: 'no_match', achievements: [] }));
    expect(door.asked[0]?.actor).toEqual(Actor.system([TENANT], 'event:publish'));
    expect(door.asked[0]?.arrivals).toEqual([
      { event: EVENT, requestId: 'request-1', traceparent: null, answered: true },
    ]);
    expect((await letters.letters(TENANT, page)).total).toBe(0);
  });

  it('reads the letter as it was kept, with the time it was first received', async () => {
    const { replay, seen } = await replaying(ok(EVENT));
    expect(await replay()).toMatchObject({ ok: true });
    expect(seen).toEqual([[LETTER, clock.now()]]);
  });

  it('answers what is still wrong with it', async () => {
    const { replay } = await replaying(err(invalid([], 'still wrong')));
    expect(await replay()).toMatchObject({ ok: false, error: { kind: 'invalid', message: 'still wrong' } });
  });

  it('lets go what is none of the five types', async () => {
    const { replay, door } = await replaying(ok({ ignored: 'evt-9' }));
    expect(await replay()).toEqual(ok({ event_id: 'evt-9', outcome: 'ignored', achievements: [] }));
    expect(door.asked).toEqual([]);
  });

  it('refuses what names another tenant, or one that is gone', async () => {
    const foreign = await replaying(ok({ ...EVENT, tenantId: 'another' }));
    expect(await foreign.replay()).toMatchObject({ error: { fields: [{ pointer: '/tenant_id' }] } });
    expect(foreign.door.asked).toEqual([]);
    const gone = await replaying(ok(EVENT), decided('unknown_tenant'));
    expect(await gone.replay()).toMatchObject({ error: { fields: [{ pointer: '/tenant_id' }] } });
  });

  it('never vouches for a message whose signature was bad', async () => {
    const { replay, door } = await replaying(ok(EVENT), decided('no_match'), { ...LETTER, reason: 'bad_signature' });
    expect(await replay()).toMatchObject({ error: { kind: 'invalid' } });
    expect(door.asked).toEqual([]);
  });

  it('hands on why a decision was refused', async () => {
    const { replay } = await replaying(ok(EVENT), err(conflict('busy', 'busy')));
    expect(await replay()).toMatchObject({ error: { code: 'busy' } });
  });

  it('needs dead_letter:replay and a letter of the tenant', async () => {
    const { replay } = await replaying(ok(EVENT));
    expect(await replay(editor)).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await replay(admin, TENANT)).toMatchObject({ error: missing('dead_letter') });
  });
});

describe('looking after dead letters', () => {
  const kept = async () => {
    const letters = new InMemoryDeadLetters([TENANT]);
    const keep = new KeepDeadLettersHandler(letters);
    const system = Actor.system([TENANT], 'event:publish');
    expect(await keep.execute(new KeepDeadLetters(system, [LETTER]))).toMatchObject({ ok: true });
    const id = (await letters.letters(TENANT, page)).items[0]?.id ?? '';
    return { letters, keep, id };
  };

  it('keeps them for those who take events in, and for nobody else', async () => {
    const { keep } = await kept();
    expect(await keep.execute(new KeepDeadLetters(Actor.system([TENANT]), [LETTER]))).toMatchObject({
      error: { kind: 'forbidden' },
    });
  });

  it('lists and shows them', async () => {
    const { letters, id } = await kept();
    const list = new ListDeadLettersHandler(letters);
    const get = new GetDeadLetterHandler(letters);
    expect(await list.execute(new ListDeadLetters(admin, page))).toMatchObject({ value: { items: [{ id }] } });
    expect(await get.execute(new GetDeadLetter(admin, id))).toMatchObject({ value: { id, raw: 'e30=' } });
    expect(await get.execute(new GetDeadLetter(admin, TENANT))).toMatchObject({ error: missing('dead_letter') });
    expect(await list.execute(new ListDeadLetters(editor, page))).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await get.execute(new GetDeadLetter(editor, id))).toMatchObject({ error: { kind: 'forbidden' } });
  });

  it('gives one up once', async () => {
    const { letters, id } = await kept();
    const handler = new DeleteDeadLetterHandler(letters);
    expect(await handler.execute(new DeleteDeadLetter(editor, id))).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await handler.execute(new DeleteDeadLetter(admin, id))).toMatchObject({ ok: true });
    expect(letters.taken).toEqual([{ id, why: 'deleted' }]);
    expect(await handler.execute(new DeleteDeadLetter(admin, id))).toMatchObject({ error: missing('dead_letter') });
  });
});
