import { randomUUID } from 'node:crypto';
import type { GoalLinkPatch, GoalLinkRequest } from '#domain/goals/goal-link-input';
import { EditGoalLink, EditGoalLinkHandler } from '#application/goals/commands/edit-goal-link';
import { LinkGoal, LinkGoalHandler } from '#application/goals/commands/link-goal';
import { RemoveGoalLink, RemoveGoalLinkHandler } from '#application/goals/commands/remove-goal-link';
import { GetGoalLink, GetGoalLinkHandler } from '#application/goals/queries/get-goal-link';
import { GetRealizationMap, GetRealizationMapHandler } from '#application/goals/queries/get-realization-map';
import { goalLinkListing, ListGoalLinks, ListGoalLinksHandler } from '#application/goals/queries/list-goal-links';
import { InMemoryGoalLinks } from '../../../support/fakes/in-memory-goal-links';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { World } from './world';

const refusal = (kind: string, code: string) => ({ ok: false, error: { kind, code } });
const FORBIDDEN = refusal('forbidden', 'forbidden');
const NO_GOAL = refusal('missing', 'goal.not-found');
const NO_LINK = refusal('missing', 'goal_link.not-found');
const STALE = refusal('stale', 'version-mismatch');
const UNVERSIONED = refusal('unversioned', 'precondition-required');

const PAGE = pageRequest({ by: 'created_at' });

let world: World;
let links: InMemoryGoalLinks;
let goal: string;
beforeEach(async () => {
  world = new World();
  links = new InMemoryGoalLinks(world.goals, world.clock, () => world.userId);
  goal = await world.goal();
});

const link = (more: Partial<GoalLinkRequest> = {}, actor = world.admin) => {
  const request = {
    goalId: goal,
    linkedElementId: randomUUID(),
    linkedElementType: 'Requirement',
    linkType: 'realizes',
    ...more,
  } as const;
  const handler = new LinkGoalHandler(world.goals, links, links, world.clock, world.ids);
  return handler.execute(new LinkGoal(actor, request));
};

/** Deletes the goal as the store would. */
const deleteGoal = () => {
  const [row] = world.goals.rows.all.filter(({ id }) => id === goal);
  world.goals.rows.put({ ...row!, deletedAt: world.clock.now(), deletionId: randomUUID() });
};

describe('linking a goal', () => {
  it('shows the link with what it is in ArchiMate, and tells it', async () => {
    const made = expectOk(await link({ linkType: 'supports', relationshipStrength: 'strong' }));
    expect(made).toMatchObject({
      goal_id: goal,
      relationship: 'Influence',
      influence_modifier: '++',
      version: 1,
      created_by: world.userId,
    });
    expect(links.rows.told).toMatchObject([{ type: 'goal_link.created', goalId: goal, details: { link_id: made.id } }]);
  });

  it('is not for Viewers, and finds nothing foreign, unknown or deleted', async () => {
    expect(await link({}, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await link({}, world.stranger)).toMatchObject(NO_GOAL);
    expect(await link({ goalId: randomUUID() })).toMatchObject(NO_GOAL);
    deleteGoal();
    expect(await link()).toMatchObject(NO_GOAL);
  });

  it('takes a goal of the tenant as an element, and no other', async () => {
    const influencing = { linkedElementType: 'Goal', linkType: 'influences' } as const;
    const other = await world.goal({ name: 'Another' });
    expectOk(await link({ ...influencing, linkedElementId: other }));
    const unknown = { ok: false, error: { fields: [{ pointer: '/linked_element_id', code: 'unknown' }] } };
    expect(await link({ ...influencing, linkedElementId: randomUUID() })).toMatchObject(unknown);
    expect(await link({ ...influencing, linkedElementId: goal })).toMatchObject({
      ok: false,
      error: { fields: [{ pointer: '/linked_element_id', code: 'itself' }] },
    });
    deleteGoal();
    goal = other;
    expect(await link({ ...influencing, linkedElementId: world.goals.rows.all[0]!.id })).toMatchObject(unknown);
  });

  it('refuses what ArchiMate does not allow, and stores nothing', async () => {
    expect(await link({ linkedElementType: 'Driver' })).toMatchObject(
      refusal('invalid', 'goal_link.relationship-not-allowed'),
    );
    expect(links.rows.all).toEqual([]);
  });

  it('refuses the same link once more and names the one that is there', async () => {
    const linkedElementId = randomUUID();
    const { id } = expectOk(await link({ linkedElementId }));
    expect(await link({ linkedElementId, contributionLevel: 'low' })).toMatchObject({
      ok: false,
      error: { kind: 'conflict', code: 'goal_link.duplicate', details: { existing_id: id } },
    });
    expectOk(await link({ linkedElementId, linkType: 'influences' }));
  });

  it('answers what the store refuses', async () => {
    links.save = () => Promise.resolve(STALE as never);
    expect(await link()).toMatchObject(STALE);
  });
});

describe('editing a link', () => {
  let id: string;
  beforeEach(async () => {
    id = expectOk(await link()).id;
  });

  const edit = (patch: GoalLinkPatch, seen: number | undefined, actor = world.admin, which = id) =>
    new EditGoalLinkHandler(world.goals, links, links).execute(new EditGoalLink(actor, goal, which, seen, patch));

  it('changes what is given and raises the version', async () => {
    expect(expectOk(await edit({ contributionLevel: 'low' }, 1))).toMatchObject({
      contribution_level: 'low',
      version: 2,
    });
    expect(links.rows.told.at(-1)?.details.changes).toEqual({ contribution_level: { old: 'medium', new: 'low' } });
  });

  it('refuses another link type', async () => {
    expect(await edit({ linkType: 'supports' }, 1)).toMatchObject(refusal('invalid', 'validation-failed'));
  });

  it('needs permission, a goal and a link that are there, and its present version', async () => {
    expect(await edit({}, 1, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await edit({}, 1, world.stranger)).toMatchObject(NO_GOAL);
    expect(await edit({}, 1, world.admin, randomUUID())).toMatchObject(NO_LINK);
    expect(await edit({}, 2)).toMatchObject(STALE);
    expect(await edit({}, undefined)).toMatchObject(UNVERSIONED);
    deleteGoal();
    expect(await edit({}, 1)).toMatchObject(NO_GOAL);
  });

  it('answers what the store refuses', async () => {
    links.save = () => Promise.resolve(STALE as never);
    expect(await edit({ polarity: 'negative' }, 1)).toMatchObject(STALE);
  });
});

describe('removing a link', () => {
  let id: string;
  beforeEach(async () => {
    id = expectOk(await link()).id;
  });

  const remove = (seen: number | undefined, actor = world.admin, which = id) =>
    new RemoveGoalLinkHandler(world.goals, links).execute(new RemoveGoalLink(actor, goal, which, seen));

  it('takes it out and tells it', async () => {
    expectOk(await remove(1));
    expect(links.rows.all).toEqual([]);
    expect(links.rows.told.at(-1)).toMatchObject({ type: 'goal_link.deleted', goalId: goal, details: { link_id: id } });
    expect(await remove(1)).toMatchObject(NO_LINK);
  });

  it('needs more than an Editor, a goal and a link that are there, and its present version', async () => {
    expect(await remove(1, world.as('Editor'))).toMatchObject(FORBIDDEN);
    expect(await remove(1, world.stranger)).toMatchObject(NO_GOAL);
    expect(await remove(1, world.admin, randomUUID())).toMatchObject(NO_LINK);
    expect(await remove(undefined)).toMatchObject(UNVERSIONED);
    expect(await remove(2)).toMatchObject(STALE);
  });
});

describe('reading links', () => {
  const get = (id: string, actor = world.as('Viewer')) =>
    new GetGoalLinkHandler(world.goals, links).execute(new GetGoalLink(actor, goal, id));
  const list = (actor = world.as('Viewer')) =>
    new ListGoalLinksHandler(world.goals, links).execute(new ListGoalLinks(actor, goal, PAGE));
  const map = (actor = world.as('Viewer')) =>
    new GetRealizationMapHandler(links).execute(new GetRealizationMap(actor, goal));

  it('shows one link, all of a goal, and what they come to', async () => {
    const one = expectOk(await link({ contributionLevel: 'high' }));
    const other = expectOk(await link({ linkType: 'influences' }));
    expect(expectOk(await get(one.id))).toEqual(one);
    expect(
      expectOk(await list())
        .items.map(({ id }) => id)
        .sort(),
    ).toEqual([one.id, other.id].sort());
    expect(expectOk(await map())).toMatchObject({ linked_elements_count: 2, overall_realization_score: 1 });
  });

  it('finds nothing foreign, unknown, or of a deleted goal', async () => {
    const { id } = expectOk(await link());
    expect(await get(randomUUID())).toMatchObject(NO_LINK);
    expect(await get(id, world.stranger)).toMatchObject(NO_GOAL);
    expect(await list(world.stranger)).toMatchObject(NO_GOAL);
    expect(await map(world.stranger)).toMatchObject(NO_GOAL);
    deleteGoal();
    expect(await get(id)).toMatchObject(NO_GOAL);
    expect(await list()).toMatchObject(NO_GOAL);
    expect(await map()).toMatchObject(NO_GOAL);
  });

  it('is only for whom it is given', async () => {
    const nobody = Object.assign(world.as('Viewer'), { may: () => false });
    for (const answer of [await get(randomUUID(), nobody), await list(nobody), await map(nobody)])
      expect(answer).toMatchObject(FORBIDDEN);
  });

  it('can be narrowed by what links are, and sorted by when they were made', () => {
    expect(goalLinkListing.sortable).toEqual(['created_at']);
    expect(Object.keys(goalLinkListing.filters)).toEqual([
      'linked_element_type',
      'link_type',
      'direction',
      'polarity',
      'relationship_strength',
      'contribution_level',
    ]);
  });
});
