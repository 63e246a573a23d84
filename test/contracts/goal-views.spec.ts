import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import type { Assessment } from '#domain/goals/assessment';
import { Goal } from '#domain/goals/goal';
import { USUAL_FIELDS } from '#domain/goals/goal-fields';
import type { PageRequest } from '#application/shared/listing';
import { AssessmentReadModel } from '#application/goals/ports/assessment-read-model';
import { AssessmentRepository } from '#application/goals/ports/assessment-repository';
import { GoalOverview, type TreeRequest } from '#application/goals/ports/goal-overview';
import { GoalReadModel } from '#application/goals/ports/goal-read-model';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { TestApp } from '../support/app';
import { InMemoryAssessments } from '../support/fakes/in-memory-assessments';
import { InMemoryGoalOverview } from '../support/fakes/in-memory-goal-overview';
import { InMemoryGoals } from '../support/fakes/in-memory-goals';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';

interface Stores {
  readonly goals: GoalRepository;
  readonly shown: GoalReadModel;
  readonly assessments: AssessmentRepository;
  readonly assessed: AssessmentReadModel;
  readonly overview: GoalOverview;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  /** One transaction of a member of the tenant, or of the other one. */
  readonly work: <T>(use: (stores: Stores) => Promise<T>, tenantId?: string) => Promise<T>;
  readonly link: (goalId: string, elementId: string) => Promise<unknown>;
  readonly remove: (goalId: string) => Promise<unknown>;
}

const NOW = new Date('2026-01-26T10:00:00.000Z');
const at = (second: number) => new Date(NOW.getTime() - 60_000 + second * 1000);

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;
  beforeEach(async () => {
    subject = await make();
  });

  const goal = async (name = 'a goal', parent: Goal | null = null): Promise<Goal> => {
    const fields = { ...USUAL_FIELDS, name, goalType: 'tactical', ownerId: null } as const;
    const { tenantId } = subject;
    const made = expectOk(Goal.create({ id: v7(), tenantId, by: null, status: 'active', fields }, parent, NOW));
    expectOk(await subject.work(({ goals }) => goals.save(made)));
    return made;
  };

  const assess = async (goalId: string, found: Partial<Assessment> = {}): Promise<string> => {
    const assessment: Assessment = {
      ...{ id: v7(), assessorId: null, assessedAt: NOW, status: 'completed', score: 50, notes: null },
      ...found,
    };
    await subject.work(async ({ assessments }) => {
      const held = await assessments.hold(subject.tenantId, goalId);
      await assessments.add(held!, assessment, NOW);
    });
    return assessment.id;
  };

  const shown = (goalId: string) => subject.work((stores) => stores.shown.goal(subject.tenantId, goalId));
  const list = (goalId: string, more: Partial<PageRequest> = {}, tenantId = subject.tenantId) =>
    subject.work(
      ({ assessed }) => assessed.assessments(tenantId, goalId, pageRequest({ by: 'assessed_at', ...more })),
      tenantId,
    );
  const tree = (goalId: string, part: Partial<TreeRequest> = {}, tenantId = subject.tenantId) =>
    subject.work(
      ({ overview }) => overview.tree(tenantId, goalId, { depth: 10, limit: 50, after: null, ...part }),
      tenantId,
    );

  describe('assessments', () => {
    it('are read as they were added', async () => {
      const { id } = (await goal()).state;
      const assessorId = randomUUID();
      const made = await assess(id, { assessorId, notes: 'as it is', assessedAt: at(5) });
      const expected = {
        ...{ id: made, goal_id: id, status: 'completed', score: 50, notes: 'as it is', assessor_id: assessorId },
        ...{ assessed_at: at(5).toISOString(), created_at: NOW.toISOString() },
      };
      const { tenantId } = subject;
      expect(await subject.work(({ assessed }) => assessed.assessment(tenantId, id, made))).toEqual(expected);
      expect((await list(id))?.items).toEqual([expected]);
    });

    it('have their goal show the latest, which of one time is that of the greater id, without a new version', async () => {
      const { id } = (await goal()).state;
      const [first, second] = [v7(), v7()];
      await assess(id, { id: second, assessedAt: at(5), score: 1 });
      await assess(id, { id: first, assessedAt: at(5), score: 2 });
      expect(await shown(id)).toMatchObject({ assessment_score: 1, version: 1 });
      await assess(id, { assessedAt: at(4), score: 3 });
      expect(await shown(id)).toMatchObject({ assessment_score: 1 });
      await assess(id, { assessedAt: at(6), status: 'failed', score: null, notes: 'no more' });
      expect(await shown(id)).toMatchObject({
        ...{ assessment_status: 'failed', assessment_score: null, assessment_notes: 'no more', version: 1 },
        last_assessment_date: at(6).toISOString(),
      });
    });

    it('are listed the latest first, and by status', async () => {
      const { id } = (await goal()).state;
      const [late, early] = [
        await assess(id, { assessedAt: at(9) }),
        await assess(id, { assessedAt: at(1), status: 'failed' }),
      ];
      expect((await list(id))?.items.map((row) => row.id)).toEqual([late, early]);
      expect((await list(id, { filters: { status: ['failed', 'pending'] } }))?.items.map((row) => row.id)).toEqual([
        early,
      ]);
    });

    it('belong to their goal only', async () => {
      const [one, other] = [(await goal()).state.id, (await goal()).state.id];
      const made = await assess(one);
      const { tenantId } = subject;
      expect(await subject.work(({ assessed }) => assessed.assessment(tenantId, other, made))).toBeNull();
      expect(await list(other)).toMatchObject({ total: 0 });
      expect(await shown(other)).toMatchObject({ assessment_status: 'pending' });
    });

    it('are nothing of a deleted goal, nor to another tenant', async () => {
      const { id } = (await goal()).state;
      const made = await assess(id);
      const { otherTenantId, tenantId } = subject;
      const seen = async (whose: string) => [
        await subject.work(({ assessments }) => assessments.hold(whose, id), whose),
        await subject.work(({ assessed }) => assessed.assessment(whose, id, made), whose),
        await list(id, {}, whose),
      ];
      expect(await seen(otherTenantId)).toEqual([null, null, null]);
      await subject.remove(id);
      expect(await seen(tenantId)).toEqual([null, null, null]);
    });
  });

  describe('linked elements', () => {
    it('are counted once each, of their own goal and tenant', async () => {
      const [one, other] = [(await goal()).state.id, (await goal()).state.id];
      const [element, another] = [randomUUID(), randomUUID()];
      for (const [id, to] of [
        [one, element],
        [one, element],
        [one, another],
        [other, another],
      ] as const)
        await subject.link(id, to);
      const count = (tenantId: string, id: string) =>
        subject.work(({ overview }) => overview.linkedElements(tenantId, id), tenantId);
      expect([await count(subject.tenantId, one), await count(subject.tenantId, other)]).toEqual([2, 1]);
      expect(await count(subject.otherTenantId, one)).toBe(0);
    });
  });

  describe('the tree', () => {
    /** root > (a > (a1 > a2), b > gone, c) */
    const grown = async () => {
      const root = await goal('root');
      const [a, b] = [await goal('a', root), await goal('b', root)];
      const a1 = await goal('a1', a);
      await goal('c', root);
      await goal('a2', a1);
      const gone = await goal('gone', b);
      await subject.remove(gone.state.id);
      return { root: root.state.id, a: a.state.id, b: b.state.id, gone: gone.state.id };
    };
    const figures = (part: Awaited<ReturnType<typeof tree>>) =>
      part?.items.map(({ name, depth, children_count }) => `${name} ${String(depth)} ${String(children_count)}`);

    it('goes depth first, with depths and live children', async () => {
      const { root, a } = await grown();
      const whole = await tree(root);
      expect(figures(whole)).toEqual(['root 1 3', 'a 2 1', 'a1 3 1', 'a2 4 0', 'b 2 0', 'c 2 0']);
      expect(whole?.last).toBeNull();
      expect(figures(await tree(a))).toEqual(['a 1 1', 'a1 2 1', 'a2 3 0']);
      expect(figures(await tree(root, { depth: 2 }))).toEqual(['root 1 3', 'a 2 1', 'b 2 0', 'c 2 0']);
      expect(figures(await tree(root, { depth: 1 }))).toEqual(['root 1 3']);
    });

    it('answers each goal as it is read alone', async () => {
      const { root, a } = await grown();
      const { path, depth, children_count, ...row } = (await tree(root))!.items[1]!;
      expect(row).toEqual(await shown(a));
      expect([path, depth, children_count]).toEqual([`${root}/${a}/`, 2, 1]);
    });

    it.each([1, 2, 3, 10])('goes on behind the last one, with %i levels', async (depth) => {
      const { root, a } = await grown();
      for (const from of [root, a]) {
        const whole = figures(await tree(from, { depth }));
        for (const limit of [1, 2, 4]) {
          const seen: unknown[] = [];
          let after: string | null = null;
          do {
            const part: Awaited<ReturnType<typeof tree>> = await tree(from, { depth, limit, after });
            expect(part!.items.length).toBeLessThanOrEqual(limit);
            seen.push(...figures(part)!);
            after = part!.last;
          } while (after !== null);
          expect(seen).toEqual(whole);
        }
      }
    });

    it('is none of what is not there, deleted, or another tenant’s', async () => {
      const { root, gone } = await grown();
      expect(await tree(randomUUID())).toBeNull();
      expect(await tree(gone)).toBeNull();
      expect(await tree(root, {}, subject.otherTenantId)).toBeNull();
    });
  });
};

describe('what is seen of goals in memory', () => {
  suite(() => {
    const clock = new StandingClock(NOW);
    const goals = new InMemoryGoals(clock, () => null);
    const [assessments, overview] = [new InMemoryAssessments(goals), new InMemoryGoalOverview(goals)];
    const stores = { goals, shown: goals, assessments, assessed: assessments, overview };
    return Promise.resolve({
      tenantId: randomUUID(),
      otherTenantId: randomUUID(),
      work: (use) => use(stores),
      link: (goalId, elementId) => Promise.resolve(overview.links.push({ goalId, elementId })),
      remove: (id) => {
        const state = goals.rows.all.find((row) => row.id === id)!;
        goals.rows.put({ ...state, deletedAt: NOW, deletionId: v7() });
        return Promise.resolve();
      },
    });
  });
});

describe('what is seen of goals in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const stores: Stores = {
      goals: app.nest.get<GoalRepository>(GoalRepository),
      shown: app.nest.get<GoalReadModel>(GoalReadModel),
      assessments: app.nest.get<AssessmentRepository>(AssessmentRepository),
      assessed: app.nest.get<AssessmentReadModel>(AssessmentReadModel),
      overview: app.nest.get<GoalOverview>(GoalOverview),
    };
    return {
      tenantId,
      otherTenantId,
      work: (use, tenant = tenantId) => inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(stores)),
      link: async (goalId, elementId) => {
        const [{ count }] = (await app.rows<{ count: string }>('SELECT count(*) FROM goal_links')) as [
          { count: string },
        ];
        await app.rows(
          `INSERT INTO goal_links (tenant_id, id, goal_id, linked_element_id, linked_element_type, link_type, direction, relationship,
             relationship_strength, contribution_level, polarity, version, created_at, updated_at)
           VALUES ($1, $2, $3, $4, 'Capability', $5, 'element_to_goal', 'Realization', 'strong', 'high', 'positive', 1, now(), now())`,
          [tenantId, v7(), goalId, elementId, Number(count) % 2 === 0 ? 'realizes' : 'supports'],
        );
      },
      remove: (id) => app.rows('UPDATE goals SET deleted_at = now(), deletion_id = id WHERE id = $1', [id]),
    };
  });

  it('a goal is held until the transaction that assesses it ends', async () => {
    const { id: tenantId, userId } = await app.tenant();
    const actor = Actor.member(tenantId, userId, 'Admin');
    const goals = app.nest.get<GoalRepository>(GoalRepository);
    const assessments = app.nest.get<AssessmentRepository>(AssessmentRepository);
    const fields = { ...USUAL_FIELDS, name: 'held', goalType: 'tactical', ownerId: null } as const;
    const id = v7();
    const made = expectOk(Goal.create({ id, tenantId, by: null, status: 'active', fields }, null, NOW));
    expectOk(await inDoor(app, actor, () => goals.save(made)));
    const order: string[] = [];
    let letGo: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (letGo = resolve));
    const first = inDoor(app, actor, async () => {
      await assessments.hold(tenantId, id);
      order.push('first holds');
      await waiting;
      order.push('first ends');
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = inDoor(app, actor, async () => {
      await assessments.hold(tenantId, id);
      order.push('second holds');
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    letGo();
    await Promise.all([first, second]);
    expect(order).toEqual(['first holds', 'first ends', 'second holds']);
  });
});
