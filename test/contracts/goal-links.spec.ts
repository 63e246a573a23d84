import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { DIRECTIONS, ELEMENT_TYPES, isAllowed, LINK_TYPES } from '#domain/goals/archimate';
import { Goal } from '#domain/goals/goal';
import { USUAL_FIELDS } from '#domain/goals/goal-fields';
import { GoalLink } from '#domain/goals/goal-link';
import type { GoalLinkRequest } from '#domain/goals/goal-link-input';
import { LEVELS } from '#domain/goals/words';
import { GoalLinkReadModel } from '#application/goals/ports/goal-link-read-model';
import { GoalLinkRepository } from '#application/goals/ports/goal-link-repository';
import { GoalRepository } from '#application/goals/ports/goal-repository';
import { TestApp } from '../support/app';
import { InMemoryGoalLinks } from '../support/fakes/in-memory-goal-links';
import { InMemoryGoals } from '../support/fakes/in-memory-goals';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';
import { expectOk } from '../support/results';

interface Stores {
  readonly goals: GoalRepository;
  readonly links: GoalLinkRepository;
  readonly shown: GoalLinkReadModel;
}

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly userId: string;
  /** One transaction of a member of the tenant, or of the other one. */
  readonly work: <T>(use: (stores: Stores) => Promise<T>, tenantId?: string) => Promise<T>;
}

const NOW = new Date();

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;
  let goal: string;

  const storedGoal = async (): Promise<string> => {
    const fields = { ...USUAL_FIELDS, name: 'A goal', goalType: 'strategic', ownerId: null } as const;
    const { tenantId, userId: by } = subject;
    const made = expectOk(Goal.create({ id: v7(), tenantId, by, status: 'active', fields }, null, NOW));
    expectOk(await subject.work(({ goals }) => goals.save(made)));
    return made.state.id;
  };

  beforeEach(async () => {
    subject = await make();
    goal = await storedGoal();
  });

  const newLink = (more: Partial<GoalLinkRequest> = {}, goalId = goal): GoalLink => {
    const usual = { goalId, linkedElementId: v7(), linkedElementType: 'Requirement', linkType: 'realizes' } as const;
    const identity = { id: v7(), tenantId: subject.tenantId, by: subject.userId };
    return expectOk(GoalLink.create(identity, { ...usual, ...more }, true, NOW));
  };

  const save = (link: GoalLink) => subject.work(({ links }) => links.save(link));

  const stored = async (more: Partial<GoalLinkRequest> = {}, goalId = goal): Promise<string> => {
    const link = newLink(more, goalId);
    expectOk(await save(link));
    return link.state.id;
  };

  const found = async (id: string): Promise<GoalLink> => {
    const link = await subject.work(({ links }) => links.find(subject.tenantId, goal, id));
    if (!link) throw new Error('it should be there');
    return link;
  };

  const mapOf = (goalId = goal) => subject.work(({ shown }) => shown.realizationMap(subject.tenantId, goalId));

  it('gives a link back as it was stored, with its version and who made it', async () => {
    const link = newLink({ linkedElementName: 'A name', linkType: 'supports', relationshipStrength: 'weak' });
    expectOk(await save(link));
    const { state } = await found(link.state.id);
    expect(state).toMatchObject({
      ...Object.fromEntries(Object.entries(link.state).filter(([, value]) => !(value instanceof Date))),
      version: 1,
      createdBy: subject.userId,
      updatedBy: subject.userId,
    });
  });

  it('raises the version with every change, and with nothing else', async () => {
    const id = await stored();
    expectOk(await save(await found(id)));
    expect((await found(id)).state.version).toBe(1);
    const link = await found(id);
    expectOk(link.edit({ linkedElementName: 'Another', polarity: 'negative' }));
    expectOk(await save(link));
    expect((await found(id)).state).toMatchObject({ version: 2, linkedElementName: 'Another', polarity: 'negative' });
  });

  it('refuses a change and a removal of what has changed since it was read', async () => {
    const id = await stored();
    const [one, other, third] = [await found(id), await found(id), await found(id)];
    expectOk(one.edit({ contributionLevel: 'high' }));
    expectOk(await save(one));
    expectOk(other.edit({ contributionLevel: 'low' }));
    const stale = { ok: false, error: { kind: 'stale', details: { current_version: 2 } } };
    expect(await save(other)).toMatchObject(stale);
    third.remove();
    expect(await subject.work(({ links }) => links.remove(third))).toMatchObject(stale);
    expect((await found(id)).state.contributionLevel).toBe('high');
  });

  it('takes a link out for good, once', async () => {
    const id = await stored();
    const [one, other] = [await found(id), await found(id)];
    expectOk(await subject.work(({ links }) => links.remove(one)));
    expect(await subject.work(({ links }) => links.find(subject.tenantId, goal, id))).toBeNull();
    expect(await subject.work(({ links }) => links.remove(other))).toMatchObject({
      ok: false,
      error: { kind: 'missing', code: 'goal_link.not-found' },
    });
  });

  it('knows the link that says the same, and refuses a second one', async () => {
    const linkedElementId = v7();
    const id = await stored({ linkedElementId, linkedElementType: 'Principle', linkType: 'influences' });
    const same = { linkedElementId, linkedElementType: 'Principle', linkType: 'influences' } as const;
    const twinOf = (link: GoalLink) => subject.work(({ links }) => links.twinOf(link));
    expect(await twinOf(newLink({ ...same, contributionLevel: 'low' }))).toBe(id);
    expect(await twinOf(newLink({ ...same, direction: 'goal_to_element' }))).toBeNull();
    expect(await twinOf(newLink({ ...same, linkType: 'realizes' }))).toBeNull();
    expect(await twinOf(newLink({ ...same, linkedElementId: v7() }))).toBeNull();
    expect(await twinOf(newLink(same, await storedGoal()))).toBeNull();
    const twin = newLink(same);
    expect(await save(twin)).toMatchObject({ ok: false, error: { kind: 'conflict', code: 'goal_link.duplicate' } });
  });

  it('never finds what belongs to another tenant, or to another goal', async () => {
    const [id, other] = [await stored(), await storedGoal()];
    const { tenantId, otherTenantId } = subject;
    const seen = await subject.work(
      async ({ links, shown }) => [
        await links.find(otherTenantId, goal, id),
        await shown.link(otherTenantId, goal, id),
        (await shown.links(otherTenantId, goal, pageRequest({ by: 'created_at' }))).total,
        await shown.realizationMap(otherTenantId, goal),
      ],
      otherTenantId,
    );
    expect(seen).toEqual([null, null, 0, null]);
    const elsewhere = await subject.work(async ({ links, shown }) => [
      await links.find(tenantId, other, id),
      await shown.link(tenantId, other, id),
      (await shown.links(tenantId, other, pageRequest({ by: 'created_at' }))).total,
    ]);
    expect(elsewhere).toEqual([null, null, 0]);
  });

  it('shows a link in the shape of the wire, marked as an influence where it is one', async () => {
    const marks = async (more: Partial<GoalLinkRequest>) => {
      const id = await stored(more);
      const link = await subject.work(({ shown }) => shown.link(subject.tenantId, goal, id));
      return [link?.relationship, link?.influence_modifier];
    };
    expect(await marks({ linkType: 'realizes', polarity: 'positive' })).toEqual(['Realization', null]);
    expect(await marks({ linkedElementType: 'Gap', linkType: 'supports' })).toEqual(['Association', null]);
    expect(await marks({ linkType: 'supports', relationshipStrength: 'strong' })).toEqual(['Influence', '++']);
    expect(await marks({ linkType: 'enables', relationshipStrength: 'weak' })).toEqual(['Influence', '+']);
    const influences = { linkType: 'influences', linkedElementType: 'Driver' } as const;
    expect(await marks({ ...influences, polarity: 'negative', relationshipStrength: 'strong' })).toEqual([
      'Influence',
      '--',
    ]);
    expect(await marks({ ...influences, polarity: 'negative' })).toEqual(['Influence', '-']);
    expect(await marks({ ...influences, relationshipStrength: 'strong' })).toEqual(['Influence', '0']);
    const id = await stored({ linkedElementName: 'A name' });
    const shown = await subject.work((stores) => stores.shown.link(subject.tenantId, goal, id));
    expect(Object.keys(shown ?? {}).sort()).toEqual(
      [
        'contribution_level',
        'created_at',
        'created_by',
        'direction',
        'goal_id',
        'id',
        'influence_modifier',
        'link_type',
        'linked_element_id',
        'linked_element_name',
        'linked_element_type',
        'polarity',
        'relationship',
        'relationship_strength',
        'updated_at',
        'updated_by',
        'version',
      ].sort(),
    );
  });

  it('lists the links of a goal by pages, filtered by what they are', async () => {
    const a = await stored({ linkedElementType: 'Capability', contributionLevel: 'high' });
    const b = await stored({
      linkedElementType: 'Driver',
      linkType: 'influences',
      direction: 'goal_to_element',
      polarity: 'negative',
      relationshipStrength: 'strong',
    });
    const list = async (filters: Record<string, readonly string[]>, limit = 50) => {
      const page = pageRequest({ by: 'created_at', filters, limit });
      const { items, total } = await subject.work(({ shown }) => shown.links(subject.tenantId, goal, page));
      return [items.map(({ id }) => id).sort(), total];
    };
    expect(await list({})).toEqual([[a, b].sort(), 2]);
    expect((await list({}, 1))[1]).toBe(2);
    expect(await list({ linked_element_type: ['Capability'] })).toEqual([[a], 1]);
    expect(await list({ linked_element_type: ['Capability', 'Driver'] })).toEqual([[a, b].sort(), 2]);
    expect(await list({ link_type: ['influences'] })).toEqual([[b], 1]);
    expect(await list({ direction: ['element_to_goal'] })).toEqual([[a], 1]);
    expect(await list({ polarity: ['negative'] })).toEqual([[b], 1]);
    expect(await list({ relationship_strength: ['strong'] })).toEqual([[b], 1]);
    expect(await list({ contribution_level: ['high'], link_type: ['realizes'] })).toEqual([[a], 1]);
    expect(await list({ contribution_level: ['low'] })).toEqual([[], 0]);
  });

  it('counts nothing for a goal without links, and knows no map of no goal', async () => {
    expect(await mapOf()).toEqual({
      goal_id: goal,
      linked_elements_count: 0,
      requirements_count: 0,
      capabilities_count: 0,
      courses_of_action_count: 0,
      stakeholders_count: 0,
      assessments_count: 0,
      overall_realization_score: null,
      last_assessed: null,
      by_type: {},
      by_relationship: { Association: 0, Influence: 0, Realization: 0 },
    });
    expect(await mapOf(v7())).toBeNull();
  });

  it('counts distinct elements by type and relationship, and scores what realizes the goal', async () => {
    const twice = v7();
    await stored({ linkedElementId: twice, contributionLevel: 'high' });
    await stored({ linkedElementId: twice, linkType: 'supports', contributionLevel: 'low' });
    await stored({ linkedElementId: twice, linkType: 'enables', contributionLevel: 'low' });
    await stored({ contributionLevel: 'low' });
    await stored({ linkedElementType: 'Capability', contributionLevel: 'medium' });
    await stored({ linkedElementType: 'CourseOfAction', linkType: 'influences', contributionLevel: 'high' });
    await stored({ linkedElementType: 'Stakeholder', linkType: 'governs' });
    await stored({ linkedElementType: 'Assessment', linkType: 'influences', direction: 'goal_to_element' });
    await stored({}, await storedGoal());
    expect(await mapOf()).toEqual({
      goal_id: goal,
      linked_elements_count: 6,
      requirements_count: 2,
      capabilities_count: 1,
      courses_of_action_count: 1,
      stakeholders_count: 1,
      assessments_count: 1,
      overall_realization_score: (1 + 0.25 + 0.5) / 3,
      last_assessed: null,
      by_type: { Assessment: 1, Capability: 1, CourseOfAction: 1, Requirement: 2, Stakeholder: 1 },
      by_relationship: { Association: 1, Influence: 3, Realization: 3 },
    });
  });

  it('takes no influence for a realization', async () => {
    for (const linkType of ['influences', 'supports', 'enables', 'governs'] as const)
      await stored({ linkType, contributionLevel: 'high' });
    expect(await mapOf()).toMatchObject({
      linked_elements_count: 4,
      overall_realization_score: null,
      by_relationship: { Realization: 0, Influence: 4 },
    });
  });

  it('equals a naive count for any links', async () => {
    const elements = Array.from({ length: 5 }, () => v7());
    const links = fc.uniqueArray(
      fc.record({
        element: fc.integer({ min: 0, max: 4 }),
        type: fc.constantFrom(...ELEMENT_TYPES),
        linkType: fc.constantFrom(...LINK_TYPES),
        direction: fc.constantFrom(...DIRECTIONS),
        level: fc.constantFrom(...LEVELS),
      }),
      { maxLength: 10, selector: ({ element, linkType, direction }) => `${element} ${linkType} ${direction}` },
    );
    await fc.assert(
      fc.asyncProperty(links, async (drawn) => {
        const legal = drawn.filter(({ linkType, type, direction }) => isAllowed(linkType, type, direction));
        const goalId = await storedGoal();
        for (const { element, type, level, ...same } of legal)
          await stored(
            { ...same, linkedElementId: elements[element]!, linkedElementType: type, contributionLevel: level },
            goalId,
          );
        const realizing = legal.filter(({ linkType }) => linkType === 'realizes');
        const sum = realizing.reduce((total, { level }) => total + { high: 1, medium: 0.5, low: 0.25 }[level], 0);
        const map = await mapOf(goalId);
        expect(map?.linked_elements_count).toBe(new Set(legal.map(({ element }) => element)).size);
        expect(map?.overall_realization_score).toBe(realizing.length === 0 ? null : sum / realizing.length);
        for (const type of ELEMENT_TYPES) {
          const ofType = new Set(legal.filter((one) => one.type === type).map(({ element }) => element)).size;
          expect([type, map?.by_type[type] ?? 0]).toEqual([type, ofType]);
        }
      }),
      { numRuns: 15 },
    );
  });
};

describe('Goal links in memory', () => {
  suite(() => {
    const [tenantId, otherTenantId, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const clock = new StandingClock(NOW);
    const goals = new InMemoryGoals(clock, () => userId);
    const links = new InMemoryGoalLinks(goals, clock, () => userId);
    return Promise.resolve({
      tenantId,
      otherTenantId,
      userId,
      work: (use) => use({ goals, links, shown: links }),
    });
  });
});

describe('Goal links in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const stores = {
      goals: app.nest.get<GoalRepository>(GoalRepository),
      links: app.nest.get<GoalLinkRepository>(GoalLinkRepository),
      shown: app.nest.get<GoalLinkReadModel>(GoalLinkReadModel),
    };
    const work: Subject['work'] = (use, tenant = tenantId) =>
      inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(stores));
    return { tenantId, otherTenantId, userId, work };
  });
});
