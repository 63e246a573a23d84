import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Goal } from '#domain/goals/goal';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import { Clock } from '#application/shared/tools';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { GoalSubtrees } from '#application/goals/ports/goal-subtrees';
import { GoalTree } from '#application/goals/ports/goal-tree';
import { goalRowOf } from '#application/goals/shown-goal';
import { goalRow } from '#application/goals/views';
import { TestApp } from '../support/app';
import { InMemoryGoalSubtrees } from '../support/fakes/in-memory-goal-subtrees';
import { InMemoryGoals } from '../support/fakes/in-memory-goals';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';

interface Stores {
  readonly goals: GoalRepository;
  readonly shown: GoalReadModel;
  readonly tree: GoalTree;
  readonly subtrees: GoalSubtrees;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly userId: string;
  /** One transaction of a member of the tenant, or of the other one. */
  readonly work: <T>(use: (stores: Stores) => Promise<T>, tenantId?: string) => Promise<T>;
  /** The facts told so far, by type, of one goal. */
  readonly told: (id: string) => Promise<string[]>;
}

const NOW = new Date();
const DAY = 86_400_000;

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;

  beforeEach(async () => {
    subject = await make();
  });

  const made = (parent: Goal | null = null, more: Partial<GoalFields> = {}): Goal => {
    const fields: GoalFields = { ...USUAL_FIELDS, name: 'A goal', goalType: 'tactical', ownerId: null, ...more };
    const { tenantId, userId: by } = subject;
    return expectOk(Goal.create({ id: v7(), tenantId, by, status: 'active', fields }, parent, NOW));
  };

  const stored = async (parent: Goal | null = null, more: Partial<GoalFields> = {}): Promise<Goal> => {
    const goal = made(parent, more);
    expectOk(await subject.work(({ goals }) => goals.save(goal)));
    return found(goal.state.id);
  };

  const found = async (id: string, how: 'find' | 'findEvenDeleted' = 'find'): Promise<Goal> => {
    const goal = await subject.work(({ goals }) => goals[how](subject.tenantId, id));
    if (!goal) throw new Error('it should be there');
    return goal;
  };

  const live = async (...all: Goal[]): Promise<boolean[]> => {
    const seen = await Promise.all(
      all.map(({ state }) => subject.work(({ goals }) => goals.find(subject.tenantId, state.id))),
    );
    return seen.map((goal) => goal !== null);
  };

  const chain = async () => {
    const root = await stored();
    const middle = await stored(root);
    return [root, middle, await stored(middle), await stored(root)] as const;
  };

  it('gives a goal back as it was stored', async () => {
    const goal = made(null, {
      tags: ['b', 'a'],
      metadata: { nested: { list: [1] } },
      weight: 2.125,
      targetDate: new Date(NOW.getTime() + DAY),
      stakeholderId: randomUUID(),
    });
    expectOk(await subject.work(({ goals }) => goals.save(goal)));
    const { createdAt, updatedAt, ...rest } = goal.state;
    expect((await found(goal.state.id)).state).toMatchObject({ ...rest, createdBy: subject.userId, version: 1 });
    expect([createdAt, updatedAt]).toEqual([NOW, NOW]);
  });

  it('has written what the aggregate says afterwards, and shows just that', async () => {
    const goal = made(null, { tags: ['x'], metadata: { a: [1] }, targetDate: new Date(NOW.getTime() + DAY) });
    expectOk(await subject.work(({ goals }) => goals.save(goal)));
    const shown = () => subject.work((stores) => stores.shown.goal(subject.tenantId, goal.state.id));
    expect(goalRowOf(goal.state)).toEqual(await shown());
    const read = await found(goal.state.id);
    expectOk(read.edit({ description: 'More', startDate: null }));
    expectOk(await subject.work(({ goals }) => goals.save(read)));
    expect(goalRowOf(read.state)).toEqual(await shown());
  });

  it('finds nothing of another tenant, and what is deleted only when asked for', async () => {
    const goal = await stored();
    const foreign = await subject.work(
      ({ goals }) => goals.find(subject.otherTenantId, goal.state.id),
      subject.otherTenantId,
    );
    expect(foreign).toBeNull();
    goal.remove(v7(), NOW);
    expectOk(await subject.work(({ goals }) => goals.save(goal)));
    expect(await live(goal)).toEqual([false]);
    expect((await found(goal.state.id, 'findEvenDeleted')).state.deletedAt).toEqual(NOW);
  });

  it('lets one of two changes of the same version through', async () => {
    const { state } = await stored();
    const [one, other] = [await found(state.id), await found(state.id)];
    expectOk(one.edit({ name: 'One' }));
    expectOk(other.edit({ name: 'Other' }));
    expectOk(await subject.work(({ goals }) => goals.save(one)));
    expect(await subject.work(({ goals }) => goals.save(other))).toMatchObject({
      ok: false,
      error: { kind: 'stale', details: { current_version: 2 } },
    });
    expect((await found(state.id)).state.name).toBe('One');
  });

  it('shows every key of the view', async () => {
    const { state } = await stored(null, { tags: ['x'], weight: 0.5 });
    const row = await subject.work(({ shown }) => shown.goal(subject.tenantId, state.id));
    expect(Object.keys(row ?? {}).sort()).toEqual(Object.keys(goalRow.shape).sort());
    expect(row).toMatchObject({
      id: state.id,
      tags: ['x'],
      weight: 0.5,
      progress: 0,
      progress_percentage: 0,
      holds: [],
    });
    expect(await subject.work(({ shown }) => shown.goal(subject.tenantId, v7()))).toBeNull();
  });

  it('lists goals by what they are, and deleted ones when asked for', async () => {
    const [one, other] = [await stored(null, { priority: 'high' }), await stored()];
    other.remove(v7(), NOW);
    expectOk(await subject.work(({ goals }) => goals.save(other)));
    const list = (more: object) =>
      subject.work(({ shown }) => shown.goals(subject.tenantId, pageRequest({ by: 'created_at', ...more }), NOW));
    expect((await list({})).items.map(({ id }) => id)).toEqual([one.state.id]);
    expect((await list({ filters: { priority: ['low', 'medium'] } })).total).toBe(0);
    expect((await list({ deletedOnly: true })).items.map(({ id }) => id)).toEqual([other.state.id]);
  });

  it('knows how high a subtree is: what is there, or what one deletion took', async () => {
    const [root, middle, leaf] = await chain();
    const heightOf = (path: string, deletionId?: string) =>
      subject.work(({ tree }) => tree.heightOf(subject.tenantId, path, deletionId));
    expect([await heightOf(root.state.path), await heightOf(leaf.state.path)]).toEqual([3, 1]);
    const deletion = v7();
    middle.remove(deletion, NOW);
    expectOk(await subject.work(({ goals }) => goals.save(middle)));
    await subject.work(({ subtrees }) => subtrees.remove(subject.tenantId, middle.state.path, deletion));
    expect([await heightOf(root.state.path), await heightOf(middle.state.path, deletion)]).toEqual([2, 2]);
  });

  it('names the children that are there, and the open ones of them', async () => {
    const [root, middle, , other] = await chain();
    expectOk(other.transition('achieved', null, null, NOW));
    expectOk(await subject.work(({ goals }) => goals.save(other)));
    const names = async (which: 'live' | 'open') =>
      (await subject.work(({ tree }) => tree.childrenOf(subject.tenantId, root.state.id, which))).map(({ id }) => id);
    expect([await names('live'), await names('open')]).toEqual([[middle.state.id, other.state.id], [middle.state.id]]);
  });

  it('moves paths along with the goal they lead through', async () => {
    const [root, middle, leaf, other] = await chain();
    const path = `${other.state.path}${middle.state.id}/`;
    await subject.work(({ tree }) => tree.moveBelow(subject.tenantId, middle.state.path, path));
    expect((await found(leaf.state.id)).state.path).toBe(`${path}${leaf.state.id}/`);
    expect((await found(root.state.id)).state.path).toBe(root.state.path);
  });

  it('keeps when a goal was on hold, and ends a hold with the goal', async () => {
    const [root, middle] = await chain();
    const at = (ms: number) => new Date(NOW.getTime() + ms);
    for (const [to, time] of [['on_hold', -9_000] as const, ['active', -7_001] as const, ['on_hold', -5_000] as const])
      expectOk(middle.transition(to, 'budget', null, at(time)));
    expectOk(await subject.work(({ goals }) => goals.save(middle)));
    const holds = [{ from: at(-9_000).getTime(), until: at(-7_001).getTime() }];
    expect((await found(middle.state.id)).state).toMatchObject({ heldSince: at(-5_000), holds });
    const ending = { to: 'abandoned', reason: 'enough', withGoalId: root.state.id } as const;
    await subject.work(({ subtrees }) => subtrees.end(subject.tenantId, root.state.path, ending));
    expect((await found(middle.state.id)).state).toMatchObject({
      heldSince: null,
      holds: [...holds, { from: at(-5_000).getTime(), until: NOW.getTime() }],
    });
  });

  it('ends every open goal below one, and no other', async () => {
    const [root, middle, leaf, other] = await chain();
    expectOk(other.transition('abandoned', 'before', null, NOW));
    expectOk(await subject.work(({ goals }) => goals.save(other)));
    const ending = { to: 'missed', reason: 'too late', withGoalId: root.state.id } as const;
    const ended = await subject.work(({ subtrees }) => subtrees.end(subject.tenantId, root.state.path, ending));
    expect([...ended].sort()).toEqual([middle.state.id, leaf.state.id].sort());
    expect((await found(leaf.state.id)).state).toMatchObject({
      status: 'missed',
      statusReason: 'too late',
      version: 2,
    });
    expect((await found(leaf.state.id)).state.completionDate).toEqual(NOW);
    expect((await found(other.state.id)).state).toMatchObject({ status: 'abandoned', version: 2 });
    expect((await found(root.state.id)).state.status).toBe('active');
    expect(await subject.told(leaf.state.id)).toEqual(['goal.created', 'goal.missed']);
  });

  it('takes everything below a goal under one deletion, and brings exactly that back', async () => {
    const [root, middle, leaf, other] = await chain();
    await subject.work(({ subtrees }) => subtrees.remove(subject.tenantId, middle.state.path, v7()));
    expect(await live(root, middle, leaf, other)).toEqual([true, true, false, true]);
    const deletion = v7();
    await subject.work(({ subtrees }) => subtrees.remove(subject.tenantId, root.state.path, deletion));
    expect(await live(root, middle, leaf, other)).toEqual([true, false, false, false]);
    const back = await subject.work(({ subtrees }) => subtrees.restore(subject.tenantId, deletion, other.state.id));
    expect(back).toEqual([middle.state.id]);
    expect(await live(root, middle, leaf, other)).toEqual([true, true, false, false]);
    expect(await subject.told(middle.state.id)).toEqual(['goal.created', 'goal.deleted', 'goal.restored']);
  });

  it('makes roots of the goals right below one', async () => {
    const [root, middle, leaf, other] = await chain();
    await subject.work(({ subtrees }) => subtrees.detach(subject.tenantId, root.state.id, root.state.path));
    expect((await found(middle.state.id)).state).toMatchObject({ parentGoalId: null, version: 2 });
    expect((await found(other.state.id)).state.path).toBe(`${other.state.id}/`);
    expect((await found(leaf.state.id)).state).toMatchObject({
      parentGoalId: middle.state.id,
      path: `${middle.state.id}/${leaf.state.id}/`,
      version: 1,
    });
    expect(await subject.told(middle.state.id)).toEqual(['goal.created', 'goal.updated']);
  });

  it('touches nothing of another tenant', async () => {
    const [root, middle] = await chain();
    await subject.work(async ({ subtrees, tree }) => {
      const ending = { to: 'missed', reason: null, withGoalId: root.state.id } as const;
      expect(await subtrees.end(subject.otherTenantId, root.state.path, ending)).toEqual([]);
      await subtrees.remove(subject.otherTenantId, root.state.path, v7());
      await subtrees.detach(subject.otherTenantId, root.state.id, root.state.path);
      await tree.moveBelow(subject.otherTenantId, root.state.path, 'elsewhere/');
    }, subject.otherTenantId);
    expect((await found(middle.state.id)).state).toEqual(middle.state);
  });
};

describe('goals in memory', () => {
  suite(() => {
    const [tenantId, otherTenantId, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const clock = new StandingClock(NOW);
    const goals = new InMemoryGoals(clock, () => userId);
    const stores = { goals, shown: goals, tree: goals, subtrees: new InMemoryGoalSubtrees(goals, clock) };
    const told = (id: string) =>
      Promise.resolve(goals.rows.told.filter(({ goalId }) => goalId === id).map(({ type }) => type));
    return Promise.resolve({ tenantId, otherTenantId, userId, work: (use) => use(stores), told });
  });
});

describe('goals in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    jest.spyOn(app.nest.get<Clock>(Clock), 'now').mockReturnValue(NOW);
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const stores = {
      goals: app.nest.get<GoalRepository>(GoalRepository),
      shown: app.nest.get<GoalReadModel>(GoalReadModel),
      tree: app.nest.get<GoalTree>(GoalTree),
      subtrees: app.nest.get<GoalSubtrees>(GoalSubtrees),
    };
    const work: Subject['work'] = (use, tenant = tenantId) =>
      inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(stores));
    const told = async (id: string) => {
      const rows = await app.rows<{ message: string }>(
        `SELECT message FROM outbox WHERE message::json ->> 'goal_id' = $1 ORDER BY id`,
        [id],
      );
      return rows.map(({ message }) => (JSON.parse(message) as { event_type: string }).event_type);
    };
    return { tenantId, otherTenantId, userId, work, told };
  });

  it('keeps what tags are searched by in step with what goals say', async () => {
    const { id, token } = await app.tenant();
    const ask = (method: 'POST' | 'PATCH', path: string, body: object) =>
      app.ask(method, path, { token: token.Owner, body, headers: { 'if-match': '"1"' } });
    const goal = (await ask('POST', '/goals', { name: 'Tagged', goal_type: 'tactical', tags: ['a', 'b'] })).body;
    await ask('PATCH', `/goals/${String(goal.id)}`, { tags: ['b', 'c'] });
    const rows = await app.rows<{ tag: string }>('SELECT tag FROM goal_tags WHERE tenant_id = $1 ORDER BY tag', [id]);
    expect(rows.map(({ tag }) => tag)).toEqual(['b', 'c']);
  });
});
