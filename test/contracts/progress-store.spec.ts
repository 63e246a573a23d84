import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { Goal, type GoalState } from '#domain/goals/goal';
import { USUAL_FIELDS, type GoalFields } from '#domain/goals/goal-fields';
import type { NewEntry } from '#domain/goals/progress-history';
import type { ProgressChange } from '#domain/goals/roll-up-path';
import type { PageRequest } from '#application/shared/listing';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { ProgressReadModel } from '#application/goals/ports/progress-read-model';
import { ProgressStore } from '#application/goals/ports/progress-store';
import { TestApp } from '../support/app';
import { InMemoryProgress } from '../support/fakes/in-memory-progress';
import { InMemoryProgressHistory } from '../support/fakes/in-memory-progress-history';
import { InMemoryRows } from '../support/fakes/in-memory-rows';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly keep: (goal: Goal) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  readonly state: (id: string) => Promise<GoalState>;
  readonly told: (type: string) => Promise<unknown[]>;
  readonly userId: string;
  readonly see: <T>(use: (history: ProgressReadModel) => Promise<T>, tenantId?: string) => Promise<T>;
  readonly work: <T>(use: (store: ProgressStore) => Promise<T>, tenantId?: string) => Promise<T>;
}

const NOW = new Date('2026-01-26T10:00:00.000Z');

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;

  beforeEach(async () => {
    subject = await make();
  });

  const goal = async (parent: Goal | null = null, more: Partial<GoalFields> = {}): Promise<Goal> => {
    const id = v7();
    const fields: GoalFields = { ...USUAL_FIELDS, name: `goal ${id}`, goalType: 'strategic', ownerId: null, ...more };
    const made = expectOk(
      Goal.create({ id, tenantId: subject.tenantId, by: null, status: 'active', fields }, parent, NOW),
    );
    await subject.keep(made);
    return made;
  };

  const hold = (ids: string[], tenantId = subject.tenantId) =>
    subject.work((store) => store.hold(tenantId, ids), tenantId);
  const idsOf = (goals: readonly { readonly id: string }[]) => goals.map(({ id }) => id);
  const change = async (id: string, next: ProgressChange['next'], entered: boolean) => {
    const [held] = (await hold([id])).slice(-1);
    await subject.work((store) => store.record(subject.tenantId, [{ goal: held!, next, entered }], NOW));
  };
  const current = async (id: string) =>
    (await subject.work((store) => store.currentOf(subject.tenantId, [id]))).get(id);

  it('holds goals with everything above them, roots first and each once', async () => {
    const root = await goal();
    const other = await goal();
    const mid = await goal(root);
    const leaf = await goal(mid, { progressSource: 'children', weight: 2.5 });
    await goal(root);
    const held = await hold([leaf.state.id, mid.state.id, other.state.id, leaf.state.id]);
    expect(idsOf(held)).toEqual([...idsOf([root.state, other.state]).sort(), mid.state.id, leaf.state.id]);
    expect(held.at(-1)).toMatchObject({
      ...{ parentGoalId: mid.state.id, path: leaf.state.path, name: leaf.state.name, goalType: 'strategic' },
      ...{ priority: 'medium', status: 'active', version: 1, progressSource: 'children', taskWeighting: 'count' },
      ...{ progress: null, progressNotes: null, lastProgressUpdate: null },
    });
  });

  it('leads from what is deleted to what is above it, and holds no deleted goal', async () => {
    const root = await goal();
    const mid = await goal(root);
    const leaf = await goal(mid);
    await subject.remove(mid.state.id);
    await subject.remove(leaf.state.id);
    expect(idsOf(await hold([leaf.state.id]))).toEqual([root.state.id]);
    expect(idsOf(await subject.work((store) => store.childrenOf(subject.tenantId, [root.state.id])))).toEqual([]);
  });

  it('holds nothing for ids that are unknown or another tenant’s', async () => {
    const root = await goal();
    expect(await hold([v7()])).toEqual([]);
    expect(await hold([root.state.id], subject.otherTenantId)).toEqual([]);
  });

  it('knows what stands right below goals, with all that their progress is weighed by', async () => {
    const root = await goal();
    const [one, two] = [await goal(root, { weight: 2.5 }), await goal(root, { progressSource: 'tasks' })];
    const below = await goal(one);
    const children = await subject.work((store) => store.childrenOf(subject.tenantId, idsOf([root.state, one.state])));
    const shown = children.map(({ id, parentGoalId, name, status, weight, progress }) => [
      ...[id, parentGoalId, name, status, weight, progress],
    ]);
    const stateOf = ({ state: { id, parentGoalId, name, weight } }: Goal, progress: number | null) => [
      ...[id, parentGoalId, name, 'active', weight, progress],
    ];
    expect(new Set(shown)).toEqual(new Set([stateOf(one, 0), stateOf(two, null), stateOf(below, 0)]));
  });

  it('writes what a goal says without a version, with an entry and a fact when it has them', async () => {
    const root = await goal(null, { progressSource: 'children' });
    const next = { progress: 123_456, progressNotes: null, lastProgressUpdate: NOW };
    await change(root.state.id, next, true);
    expect(await subject.state(root.state.id)).toMatchObject({ ...next, version: 1 });
    expect(await current(root.state.id)).toEqual(next);
    await change(root.state.id, { ...next, progress: null, progressNotes: 'none' }, false);
    expect(await subject.state(root.state.id)).toMatchObject({ progress: null, progressNotes: 'none', version: 1 });
    expect(await current(root.state.id)).toEqual(next);
    await change(root.state.id, { ...next, progress: null }, true);
    expect(await current(root.state.id)).toEqual({ ...next, progress: null });
    expect(await subject.see((history) => history.current(subject.tenantId, root.state.id))).toMatchObject({
      percentage: null,
    });
    expect(await subject.told('goal.progressed')).toMatchObject([
      { details: { changes: { progress_percentage: { old: null, new: 12 } } } },
      { details: { changes: { progress_percentage: { old: 12, new: null } } } },
    ]);
  });

  const reported = async (of: Goal, day: number, more: Partial<NewEntry> = {}): Promise<string> => {
    const id = v7();
    const at = { effectiveAt: new Date(Date.UTC(2026, 0, day)), recordedAt: NOW };
    const entry = { id, progress: day * 10_000, notes: `day ${String(day)}`, corrects: null, ...at, ...more };
    await subject.work(async (store) => {
      const [held] = await store.hold(subject.tenantId, [of.state.id]);
      await store.report(subject.tenantId, held!, entry);
    });
    return id;
  };

  it('takes as current the entry of the latest time, then of the latest record, that is not superseded', async () => {
    const root = await goal();
    const { id } = root.state;
    const standing = (day: number, more = {}) => ({
      ...{ progress: day * 10_000, progressNotes: `day ${String(day)}` },
      ...{ lastProgressUpdate: new Date(Date.UTC(2026, 0, day)), ...more },
    });
    await reported(root, 10);
    await reported(root, 5);
    expect(await current(id)).toEqual(standing(10));
    const late = await reported(root, 10, { progress: 7, recordedAt: new Date(NOW.getTime() + 1) });
    await reported(root, 10, { recordedAt: new Date(NOW.getTime() - 1) });
    expect(await current(id)).toEqual(standing(10, { progress: 7 }));
    await reported(root, 4, { corrects: late });
    expect(await current(id)).toEqual(standing(10));
  });

  it('shows the history by pages, with what took the place of what', async () => {
    const root = await goal();
    const { id } = root.state;
    const [one, two] = [await reported(root, 3), await reported(root, 8)];
    const three = await reported(root, 9, { corrects: one, progress: 995_000, notes: null });
    const list = async (changes: Partial<PageRequest> = {}) =>
      (
        await subject.see((history) =>
          history.entries(subject.tenantId, id, pageRequest({ by: 'effective_at', ...changes })),
        )
      ).items;
    expect((await list()).map((entry) => [entry.id, entry.superseded_by])).toEqual([
      [three, null],
      [two, null],
      [one, three],
    ]);
    const bound = (day: number) => [new Date(Date.UTC(2026, 0, day)).toISOString()];
    expect(idsOf(await list({ filters: { from: bound(8), to: bound(8) } }))).toEqual([two]);
    const entry = (goalId: string, tenantId = subject.tenantId) =>
      subject.see((history) => history.entry(tenantId, goalId, three), tenantId);
    expect(await entry(id)).toEqual({
      ...{ id: three, goal_id: id, percentage: 99, origin: 'reported', notes: null, corrects: one },
      ...{ effective_at: '2026-01-09T00:00:00.000Z', recorded_at: NOW.toISOString(), superseded_by: null },
      recorded_by: subject.userId,
    });
    expect(await entry(v7())).toBeNull();
    expect(await entry(id, subject.otherTenantId)).toBeNull();
    expect(await subject.see((history) => history.current(subject.tenantId, id))).toMatchObject({ id: three });
    expect(await subject.see((history) => history.current(subject.tenantId, v7()))).toBeNull();
  });

  it('shows what stood at the end of spans, and how much came to hold in them', async () => {
    const root = await goal();
    await reported(root, 3);
    await reported(root, 3, { progress: 5 });
    await reported(root, 8, { corrects: await reported(root, 6) });
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    const spans = [2, 3, 4, 6, 8].map((n) => ({ from: day(n), until: day(n + 1) }));
    const series = await subject.see((history) => history.series(subject.tenantId, root.state.id, spans));
    expect(series.map(({ from, percentage, entries }) => [Date.parse(from), percentage, entries])).toEqual([
      [Date.UTC(2026, 0, 2), null, 0],
      [Date.UTC(2026, 0, 3), 0, 2],
      [Date.UTC(2026, 0, 4), 0, 0],
      [Date.UTC(2026, 0, 6), 0, 0],
      [Date.UTC(2026, 0, 8), 8, 1],
    ]);
    expect(await subject.see((history) => history.series(subject.tenantId, root.state.id, []))).toEqual([]);
  });

  it('knows no current entry where there is none', async () => {
    const root = await goal();
    expect(await current(root.state.id)).toBeUndefined();
    expect(await subject.work((store) => store.currentOf(subject.tenantId, []))).toEqual(new Map());
  });
};

describe('Progress in memory', () => {
  suite(async () => {
    const rows = new InMemoryRows<GoalState>(new StandingClock(NOW), () => null);
    const userId = v7();
    const store = new InMemoryProgress(rows, v7, () => userId);
    const history = new InMemoryProgressHistory(store);
    const stateOf = (id: string) => rows.all.find((row) => row.id === id)!;
    return {
      tenantId: v7(),
      otherTenantId: v7(),
      keep: async (goal) => {
        expectOk(await rows.save(goal, () => undefined));
      },
      remove: async (id) => {
        rows.put({ ...stateOf(id), deletedAt: NOW, deletionId: id });
      },
      state: async (id) => stateOf(id),
      told: async (type) => rows.told.filter((fact) => fact.type === type),
      userId,
      see: (use) => use(history),
      work: (use) => use(store),
    };
  });
});

describe('Progress in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()];
    const memberOf = (tenantId: string) => Actor.member(tenantId, tenant.userId, 'Owner');
    const goals = app.nest.get(GoalRepository);
    return {
      tenantId: tenant.id,
      otherTenantId: other.id,
      keep: async (goal) => {
        expectOk(await inDoor(app, memberOf(tenant.id), () => goals.save(goal)));
      },
      remove: async (id) => {
        await app.sql.query('UPDATE goals SET deleted_at = now(), deletion_id = id WHERE id = $1', [id]);
      },
      state: async (id) => (await inDoor(app, memberOf(tenant.id), () => goals.find(tenant.id, id)))!.state,
      told: async (type) => {
        const rows = await app.rows<{ message: string }>(
          'SELECT message FROM outbox WHERE tenant_id = $1 ORDER BY id',
          [tenant.id],
        );
        return rows
          .map(({ message }) => JSON.parse(message) as { event_type: string })
          .filter(({ event_type }) => event_type === type);
      },
      userId: tenant.userId,
      see: (use, tenantId = tenant.id) =>
        inDoor(app, memberOf(tenantId), () => use(app.nest.get<ProgressReadModel>(ProgressReadModel))),
      work: (use, tenantId = tenant.id) => inDoor(app, memberOf(tenantId), () => use(app.nest.get(ProgressStore))),
    };
  });
});
