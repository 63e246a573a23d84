import type { Goal } from '#domain/goals/goal';
import { GOAL_STATUSES, type GoalStatus } from '#domain/goals/words';
import { TRANSITIONS } from '#domain/goals/transitions';
import { expectOk } from '../../../support/results';
import { attempt, NOW, stored, USER } from './goals';

const DAY = 86_400_000;
const days = (n: number) => new Date(NOW.getTime() + n * DAY);
const hold = (from: number, until: number) => ({ from: days(from).getTime(), until: days(until).getTime() });
const refused = (code: string) => ({ ok: false, error: { code } });
const faulty = (...pointers: string[]) => ({
  ok: false,
  error: { kind: 'invalid', fields: pointers.map((pointer) => expect.objectContaining({ pointer }) as unknown) },
});

describe('A new goal', () => {
  it('that is active begins now, unless it says when', () => {
    expect(expectOk(attempt()).state.startDate).toEqual(NOW);
    expect(expectOk(attempt({ startDate: days(-9) })).state.startDate).toEqual(days(-9));
  });

  it('begins at its target when that lies in the past already', () => {
    expect(expectOk(attempt({ targetDate: days(-3) })).state).toMatchObject({
      startDate: days(-3),
      targetDate: days(-3),
    });
  });

  it('that is a draft has not begun', () => {
    expect(expectOk(attempt({}, 'draft')).state).toMatchObject({ status: 'draft', startDate: null });
  });

  it('takes dates in the past, but none that end before they begin', () => {
    expectOk(attempt({ startDate: days(-20), targetDate: days(-10) }));
    expect(attempt({ startDate: days(2), targetDate: days(1) })).toMatchObject(faulty('/target_date'));
  });

  it('names every fault of its fields at once', () => {
    const tags = ['', ...Array.from({ length: 51 }, (_, n) => `tag ${String(n)}`)];
    const metadata = { text: 'ä'.repeat(8_200) };
    expect(attempt({ name: '  ', category: '', tags, weight: 1.0005, metadata })).toMatchObject(
      faulty('/name', '/category', '/tags/0', '/tags', '/weight', '/metadata'),
    );
  });

  it.each([-1, 1000.001, 0.1234, Number.NaN])('refuses the weight %d', (weight) => {
    expect(attempt({ weight })).toMatchObject(faulty('/weight'));
  });

  it.each([0, 0.001, 1.1, 999.999, 1000])('takes the weight %d', (weight) => {
    expect(expectOk(attempt({ weight })).state.weight).toBe(weight);
  });

  it('measures metadata in bytes of UTF-8', () => {
    const sized = (character: string, times: number) => attempt({ metadata: { a: character.repeat(times) } });
    expect([sized('a', 16_376), sized('ä', 8_188), sized('€', 5_458), sized('😀', 4_094)].map(({ ok }) => ok)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([sized('a', 16_377), sized('ä', 8_189), sized('€', 5_459), sized('😀', 4_095)].map(({ ok }) => ok)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('keeps its tags once each and without blanks around them', () => {
    expect(expectOk(attempt({ tags: [' a ', 'b', 'a'] })).state.tags).toEqual(['a', 'b']);
  });

  it('tells of itself', () => {
    const { facts, state } = expectOk(attempt());
    expect(facts).toEqual([
      {
        type: 'goal.created',
        goalId: state.id,
        details: {
          ...{ name: state.name, goal_type: 'strategic', priority: 'medium', status: 'active' },
          ...{ owner_id: USER, parent_goal_id: null },
        },
      },
    ]);
    const below = stored();
    expect(expectOk(attempt({}, 'active', below)).facts).toMatchObject([
      { details: { parent_goal_id: below.state.id } },
    ]);
  });
});

describe('The tree', () => {
  const chain = (length: number): Goal[] => {
    const goals: Goal[] = [];
    for (let n = 0; n < length; n += 1) goals.push(stored({}, goals.at(-1) ?? null));
    return goals;
  };

  it('has at most ten levels', () => {
    const deepest = chain(10).at(-1)!;
    expect(attempt({}, 'active', deepest)).toMatchObject(refused('goal.too-deep'));
  });

  it('takes no goal below a closed one', () => {
    for (const status of ['achieved', 'missed', 'abandoned'] as const)
      expect(attempt({}, 'draft', stored({ status }))).toMatchObject(refused('goal.parent-closed'));
  });

  it('does not let a goal be its own parent, or hang below what hangs below it, and names the way', () => {
    const [root, middle, leaf] = chain(3) as [Goal, Goal, Goal];
    expect(root.edit({}, { parent: root, height: 3 })).toMatchObject(refused('goal.cycle'));
    expect(root.edit({}, { parent: leaf, height: 3 })).toMatchObject({
      ok: false,
      error: { details: { path: [root, middle, leaf].map(({ state }) => state.id) } },
    });
  });

  it('moves a goal below another one, or makes a root of it, and tells from where to where', () => {
    const [root, leaf] = chain(2) as [Goal, Goal];
    const other = stored();
    expectOk(leaf.edit({}, { parent: other, height: 1 }));
    expect(leaf.state).toMatchObject({ parentGoalId: other.state.id, path: `${other.state.path}${leaf.state.id}/` });
    expect(leaf.facts).toMatchObject([
      { type: 'goal.updated', details: { changes: { parent_goal_id: { old: root.state.id, new: other.state.id } } } },
    ]);
    expectOk(leaf.edit({}, { parent: null, height: 1 }));
    expect(leaf.state).toMatchObject({ parentGoalId: null, path: `${leaf.state.id}/` });
  });

  it('counts all levels that move along', () => {
    const deep = chain(8).at(-1)!;
    expect(stored().edit({}, { parent: deep, height: 3 })).toMatchObject(refused('goal.too-deep'));
    expectOk(stored().edit({}, { parent: deep, height: 2 }));
  });

  it('moves nothing that stays where it is, although its parent has closed', () => {
    const parent = stored();
    const leaf = stored({}, parent);
    const closed = stored({ ...parent.state, status: 'achieved' });
    expectOk(leaf.edit({ name: 'Another name' }, { parent: closed, height: 1 }));
    expect(leaf.facts).toHaveLength(1);
  });
});

describe('Editing', () => {
  it('tells what has changed, old and new, and nothing when nothing has', () => {
    const goal = stored();
    expectOk(goal.edit({ name: goal.state.name, tags: [] }));
    expect(goal.facts).toEqual([]);
    expectOk(goal.edit({ priority: 'critical', description: 'More' }));
    expect(goal.facts[0]).toMatchObject({
      type: 'goal.updated',
      details: { changes: { priority: { old: 'medium', new: 'critical' }, description: { old: null, new: 'More' } } },
    });
  });

  it('refuses what is faulty and changes nothing', () => {
    const goal = stored({ startDate: days(0) });
    expect(goal.edit({ targetDate: days(-1) })).toMatchObject(faulty('/target_date'));
    expect(goal.state.targetDate).toBeNull();
  });
});

/** Exactly as the table of SPEC 5 has it. */
const ALLOWED: readonly string[] = [
  'draft active',
  'draft abandoned',
  'active on_hold',
  'active achieved',
  'active missed',
  'active abandoned',
  'on_hold active',
  'on_hold abandoned',
  'achieved active',
  'missed active',
  'abandoned active',
];
const PAIRS = GOAL_STATUSES.flatMap((from) => GOAL_STATUSES.map((to) => [from, to] as const));

/** A goal in a status, as consistent as the store would have it. */
const inStatus = (status: GoalStatus, more: Partial<Goal['state']> = {}): Goal =>
  stored({
    status,
    heldSince: status === 'on_hold' ? days(-2) : null,
    completionDate: ['achieved', 'missed', 'abandoned'].includes(status) ? days(-1) : null,
    startDate: days(-10),
    ...more,
  });

describe('A change of status', () => {
  it.each(PAIRS)('from %s to %s is allowed exactly when the table says so', (from, to) => {
    const changed = inStatus(from).transition(to, 'because', null, NOW);
    if (ALLOWED.includes(`${from} ${to}`)) expect(changed.ok).toBe(true);
    else
      expect(changed).toMatchObject({
        ok: false,
        error: { code: 'goal.invalid-transition', details: { allowed: TRANSITIONS[from] } },
      });
  });

  it.each(PAIRS.filter(([from, to]) => ALLOWED.includes(`${from} ${to}`)))(
    'from %s to %s asks for a reason where the table does',
    (from, to) => {
      const needs = ['active on_hold', 'active missed', 'active abandoned', 'on_hold abandoned'].includes(
        `${from} ${to}`,
      );
      const reopens = ['achieved', 'missed', 'abandoned'].includes(from);
      const changed = inStatus(from).transition(to, null, null, NOW);
      if (needs || reopens) expect(changed).toMatchObject(faulty('/reason'));
      else expect(changed.ok).toBe(true);
    },
  );

  it('to missed needs no reason once the target date has passed', () => {
    expectOk(inStatus('active', { targetDate: days(-1) }).transition('missed', null, null, NOW));
    expect(inStatus('active', { targetDate: days(1) }).transition('missed', null, null, NOW)).toMatchObject(
      faulty('/reason'),
    );
  });

  it('opens nothing below a closed parent, but lets a hold end there', () => {
    const closed = stored({ status: 'achieved' });
    for (const from of ['draft', 'achieved', 'missed', 'abandoned'] as const)
      expect(inStatus(from).transition('active', 'again', closed, NOW)).toMatchObject(refused('goal.parent-closed'));
    expectOk(inStatus('on_hold').transition('active', null, closed, NOW));
    expectOk(inStatus('draft').transition('active', null, stored(), NOW));
  });

  it('to active from draft begins the goal when it has not begun', () => {
    const goal = inStatus('draft', { startDate: null });
    expectOk(goal.transition('active', null, null, NOW));
    expect(goal.state.startDate).toEqual(NOW);
  });

  it('ending it sets the completion date and leaves progress alone; reopening takes the date away', () => {
    for (const to of ['achieved', 'missed', 'abandoned'] as const) {
      const goal = inStatus('active', { progress: 400_000 });
      expectOk(goal.transition(to, 'because', null, NOW));
      expect(goal.state).toMatchObject({ status: to, completionDate: NOW, progress: 400_000, statusReason: 'because' });
      expectOk(goal.transition('active', 'again', null, NOW));
      expect(goal.state).toMatchObject({ completionDate: null, statusReason: 'again' });
    }
  });

  it('remembers when it was on hold, before its start too: that may be moved', () => {
    const goal = inStatus('active', { startDate: days(-1) });
    expectOk(goal.transition('on_hold', 'budget', null, NOW));
    expect(goal.state.heldSince).toEqual(NOW);
    expectOk(goal.transition('active', null, null, days(3)));
    expect(goal.state).toMatchObject({ heldSince: null, holds: [hold(0, 3)] });
    const early = inStatus('on_hold', { startDate: days(-1), heldSince: days(-5), holds: [hold(-9, -8)] });
    expectOk(early.transition('abandoned', 'enough', null, NOW));
    expect(early.state).toMatchObject({ heldSince: null, holds: [hold(-9, -8), hold(-5, 0)] });
  });

  it('tells by an event of its own when the goal ends, else as an update', () => {
    const told = (from: GoalStatus, to: GoalStatus) => {
      const goal = inStatus(from);
      expectOk(goal.transition(to, 'because', null, NOW));
      return goal.facts[0]!;
    };
    for (const [from, to] of [
      ['active', 'achieved'],
      ['active', 'missed'],
      ['on_hold', 'abandoned'],
    ] as const)
      expect(told(from, to)).toMatchObject({
        type: `goal.${to}`,
        details: {
          ...{ status: to, reason: 'because', ended_with: null },
          changes: { status: { old: from, new: to }, completion_date: { old: null, new: NOW } },
        },
      });
    for (const [from, to] of [
      ['active', 'on_hold'],
      ['on_hold', 'active'],
      ['missed', 'active'],
    ] as const)
      expect(told(from, to)).toMatchObject({
        type: 'goal.updated',
        details: { reason: 'because', changes: { status: { old: from, new: to } } },
      });
  });
});

describe('Deletion', () => {
  it('hides a goal under an id, and a restore brings it back', () => {
    const goal = stored();
    goal.remove(USER, NOW);
    expect(goal.state).toMatchObject({ deletedAt: NOW, deletionId: USER });
    expectOk(goal.restore(null, 1));
    expect(goal.state).toMatchObject({ deletedAt: null, deletionId: null });
    expect(goal.facts).toMatchObject([
      { type: 'goal.deleted', details: { deleted_with: null } },
      { type: 'goal.restored', details: { restored_with: null } },
    ]);
  });

  it('is undone only for what is deleted, below a parent that is not, and where there is room', () => {
    expect(stored().restore(null, 1)).toMatchObject(refused('goal.not-deleted'));
    const parent = stored();
    const gone = { deletedAt: NOW, deletionId: USER };
    expect(stored(gone, parent).restore(null, 1)).toMatchObject({
      ok: false,
      error: { code: 'goal.parent-deleted', details: { parent_goal_id: parent.state.id } },
    });
    expect(stored(gone, parent).restore(parent, 10)).toMatchObject(refused('goal.too-deep'));
    expectOk(stored(gone, parent).restore(parent, 9));
  });
});
