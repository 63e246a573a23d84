import { randomUUID } from 'node:crypto';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import type { ToldFact } from '#domain/notifications/notice';
import { Door, type Request } from '#application/shared/door';
import { TakeFacts } from '#application/notifications/commands/take-facts';
import { FactIntake } from '#adapters/notifications/messaging/fact-intake';

const [ONE, OTHER] = [randomUUID(), randomUUID()];

/** A door behind which everything goes as it is told to; what came through is remembered. */
class ToldDoor extends Door {
  readonly taken: (readonly ToldFact[])[] = [];

  constructor(private readonly answer: (facts: readonly ToldFact[]) => Result<number> | Error = () => ok(0)) {
    super();
  }

  send<T>(request: Request<T>): Promise<Result<T>> {
    if (!(request instanceof TakeFacts)) throw new Error('only facts come through here');
    expect(request.facts.map(({ tenantId }) => tenantId)).toEqual(request.facts.map(() => request.actor.tenantId));
    const answer = this.answer(request.facts);
    if (answer instanceof Error) return Promise.reject(answer);
    this.taken.push(request.facts);
    return Promise.resolve(answer as Result<T>);
  }
}

const message = (tenantId: string, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      ...{ id: randomUUID(), event_type: 'task.ready', tenant_id: tenantId, goal_id: null, user_id: null },
      ...{ details: { title: 'T' }, ...more },
    }),
  );

const refused = (code: string): Error => Object.assign(new Error(`SQLSTATE ${code}`), { code });

const begin = (answer?: (facts: readonly ToldFact[]) => Result<number> | Error) => {
  const [door, warnings] = [new ToldDoor(answer), [] as string[]];
  return { door, warnings, intake: new FactIntake(door, (text) => void warnings.push(text)) };
};

describe('Taking outgoing events back in', () => {
  it('sends the facts of each tenant by themselves, in their order', async () => {
    const { door, intake } = begin();
    const types = ['task.assigned', 'task.ready', 'goal.achieved'];
    await intake.take(types.map((event_type, n) => message(n === 1 ? OTHER : ONE, { event_type })));
    const taken = door.taken.map((facts) => facts.map(({ type }) => type));
    expect(taken).toEqual([['task.assigned', 'goal.achieved'], ['task.ready']]);
    await intake.take([]);
    expect(door.taken).toHaveLength(2);
  });

  it('reads what is there, and takes what is missing or odd for nothing', async () => {
    const { door, intake } = begin();
    const goalId = randomUUID();
    await intake.take([
      message(ONE, { goal_id: goalId, user_id: OTHER }),
      message(ONE, { goal_id: 7, user_id: 'x', details: [] }),
    ]);
    expect(door.taken[0]).toMatchObject([
      { goalId, userId: OTHER, details: { title: 'T' } },
      { goalId: null, userId: null, details: {} },
    ]);
  });

  it('leaves out what nobody is to be told of, wherever its type stands', async () => {
    const { door, warnings, intake } = begin();
    const [event_type, id] = ['workflow.exit.goal', randomUUID()];
    const inAnotherOrder = Buffer.from(JSON.stringify({ tenant_id: ONE, event_type, id }));
    await intake.take([message(ONE, { event_type }), inAnotherOrder, message(ONE, { event_type: 'toString' })]);
    expect([door.taken, warnings]).toEqual([[], []]);
  });

  it('passes over what is no outgoing event, with a warning', async () => {
    const { door, warnings, intake } = begin();
    const bad = ['', '{', '[]', '"x"', '{}'].map((text) => Buffer.from(text));
    await intake.take([
      ...bad,
      message('nobody'),
      message(ONE, { id: 7 }),
      message(ONE, { event_type: 1 }),
      message(ONE),
    ]);
    expect(warnings).toHaveLength(8);
    expect(door.taken).toMatchObject([[{ tenantId: ONE }]]);
  });

  it('leaves out the one that the database refuses, and no other', async () => {
    const { door, warnings, intake } = begin((facts) =>
      facts.some(({ details }) => details.title === 'bad') ? refused('22P05') : ok(0),
    );
    const titles = ['a', 'b', 'bad', 'c', 'd'];
    await intake.take(titles.map((title) => message(ONE, { details: { title } })));
    expect(door.taken.flat().map(({ details }) => details.title)).toEqual(['a', 'b', 'c', 'd']);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['the world is at fault', () => refused('57P01')],
    ['the service is at fault', () => refused('42P01')],
    ['the command is refused', () => err(forbidden('goal:read'))],
  ])('gives up when %s', async (_what, answer) => {
    await expect(begin(answer).intake.take([message(ONE)])).rejects.toThrow(/SQLSTATE|permission/);
  });
});
