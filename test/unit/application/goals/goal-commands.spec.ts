import { stale } from '#domain/shared/aggregate';
import type { Role } from '#domain/shared/permissions';
import { err } from '#domain/shared/result';
import { CreateGoal } from '#application/goals/commands/create-goal';
import { GetGoal, GetGoalHandler } from '#application/goals/queries/get-goal';
import { ListGoals, ListGoalsHandler } from '#application/goals/queries/list-goals';
import { USUAL_FIELDS } from '#domain/goals/goal-fields';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { World } from './world';

let world: World;
beforeEach(() => {
  world = new World();
});

const fields = { ...USUAL_FIELDS, name: 'Be asked less', goalType: 'tactical', ownerId: null } as const;

describe('Making a goal', () => {
  it('begins it now, at medium priority and risk, with progress 0 and no assessment yet', async () => {
    const made = expectOk(await world.creating.execute(new CreateGoal(world.admin, fields, 'active', null)));
    expect(made).toMatchObject({
      status: 'active',
      priority: 'medium',
      risk_level: 'medium',
      progress_percentage: 0,
      assessment_status: 'pending',
      start_date: world.clock.now().toISOString(),
      version: 1,
    });
    expect(world.told).toEqual(['goal.created']);
  });

  it('is refused without the permission', async () => {
    const refused = await world.creating.execute(new CreateGoal(world.as('Viewer'), fields, 'active', null));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('below a goal that is not there names the field', async () => {
    const refused = await world.creating.execute(new CreateGoal(world.admin, fields, 'active', world.ids.next()));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid', fields: [{ pointer: '/parent_goal_id' }] } });
  });

  it('below another tenant’s goal answers as below none', async () => {
    const foreign = await world.goal();
    const refused = await world.creating.execute(new CreateGoal(world.stranger, fields, 'active', foreign));
    expect(refused).toMatchObject({ ok: false, error: { fields: [{ pointer: '/parent_goal_id', code: 'unknown' }] } });
  });
});

describe('Reading a goal', () => {
  it('answers what is kept of it, with its health', async () => {
    const id = await world.goal({ targetDate: new Date('2027-01-01T00:00:00Z') });
    const read = expectOk(await new GetGoalHandler(world.goals, world.clock).execute(new GetGoal(world.admin, id)));
    expect(read).toMatchObject({ id, health: 'on_track' });
    expect(Object.keys(read)).not.toContain('holds');
  });

  it('of another tenant is as of nobody', async () => {
    const id = await world.goal();
    const read = await new GetGoalHandler(world.goals, world.clock).execute(new GetGoal(world.stranger, id));
    expect(read).toMatchObject({ ok: false, error: { code: 'goal.not-found' } });
  });
});

const refused = (kind: string, code?: string) => ({ ok: false, error: { kind, ...(code !== undefined && { code }) } });

describe('Every change of a goal', () => {
  const changes = (id: string, actor = world.as('Viewer'), seen: number | null = null) => [
    () => world.edit(id, { name: 'Another name' }, seen, actor),
    () => world.move(id, null, seen, actor),
    () => world.change(id, 'on_hold', 'refuse', seen, actor),
    () => world.remove(id, 'refuse', seen, actor),
    () => world.restore(id, seen, actor),
  ];

  it('is refused without the permission', async () => {
    const id = await world.goal();
    for (const attempt of changes(id)) expect(await attempt()).toMatchObject(refused('forbidden'));
  });

  it('finds nothing of another tenant', async () => {
    const id = await world.goal();
    for (const attempt of changes(id, world.stranger, 1))
      expect(await attempt()).toMatchObject(refused('missing', 'goal.not-found'));
  });

  it('is refused for a version that is not the present one', async () => {
    const id = await world.goal();
    for (const attempt of changes(id, world.admin, 7)) expect(await attempt()).toMatchObject(refused('stale'));
  });

  it('that patches or deletes must say which version it has seen; actions may', async () => {
    const id = await world.goal();
    const [edit, move, hold, remove] = changes(id, world.admin);
    for (const attempt of [edit!, move!, remove!]) expect(await attempt()).toMatchObject(refused('unversioned'));
    expect(await hold!()).toMatchObject({ ok: true });
  });

  it('is refused where somebody was faster', async () => {
    const id = await world.goal();
    jest.spyOn(world.goals, 'save').mockResolvedValue(err(stale(9)));
    for (const attempt of changes(id, world.admin, 1).slice(0, 4))
      expect(await attempt()).toMatchObject(refused('stale'));
    const child = new CreateGoal(world.admin, fields, 'active', null);
    expect(await world.creating.execute(child)).toMatchObject(refused('stale'));
  });
});

describe('Editing a goal', () => {
  it('answers the goal as it is then, and takes the tree only when its share or source changes', async () => {
    const id = await world.goal();
    const edited = expectOk(await world.edit(id, { priority: 'critical' }));
    expect(edited).toMatchObject({ priority: 'critical', version: 2 });
    expect(world.goals.taken).toEqual([]);
    expectOk(await world.edit(id, { weight: 3 }, 2));
    expect(world.goals.taken).toEqual(['share']);
  });

  it('works out the progress when its source changes', async () => {
    const id = await world.goal();
    const child = await world.goal({ parentGoalId: id });
    world.report(child, 300_000);
    expect(expectOk(await world.edit(id, { progressSource: 'children' }))).toMatchObject({ progress_percentage: 30 });
  });

  it('names faults of the fields', async () => {
    const id = await world.goal();
    expect(await world.edit(id, { name: ' ' })).toMatchObject(refused('invalid'));
  });
});

describe('Moving a goal', () => {
  it('has the tree alone, takes along what hangs below, and works out both parents', async () => {
    const [left, right] = [
      await world.goal({ progressSource: 'children' }),
      await world.goal({ progressSource: 'children' }),
    ];
    const moved = await world.goal({ parentGoalId: left });
    const below = await world.goal({ parentGoalId: moved });
    world.report(moved, 500_000);
    expectOk(await world.move(moved, right));
    expect(world.goals.taken).toContain('hold');
    expect(world.stateOf(below).path).toBe(`${right}/${moved}/${below}/`);
    expect([world.stateOf(left).progress, world.stateOf(right).progress]).toEqual([null, 500_000]);
  });

  it('below what is not there names the field, and below itself the way', async () => {
    const root = await world.goal();
    const leaf = await world.goal({ parentGoalId: root });
    expect(await world.move(root, world.ids.next())).toMatchObject({
      error: { fields: [{ pointer: '/parent_goal_id' }] },
    });
    expect(await world.move(root, leaf)).toMatchObject(refused('conflict', 'goal.cycle'));
  });

  it('to where it stands changes nothing', async () => {
    const id = await world.goal();
    expect(expectOk(await world.move(id, null))).toMatchObject({ version: 1 });
  });
});

describe('Ending a goal', () => {
  const withOpenChild = async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    return [root, child, await world.goal({ parentGoalId: child, draft: true })] as const;
  };

  it('with open children is refused with a list of them, unless told what becomes of them', async () => {
    const [root, child] = await withOpenChild();
    expect(await world.change(root, 'achieved')).toMatchObject({
      error: { code: 'goal.open-children', details: { children: [{ id: child, status: 'active' }] } },
    });
    expect(world.stateOf(root).status).toBe('active');
    expect(expectOk(await world.change(root, 'achieved', 'leave'))).toMatchObject({ status: 'achieved' });
    expect(world.stateOf(child).status).toBe('active');
  });

  it('with cascade ends every open one below in the same way', async () => {
    const [root, child, leaf] = await withOpenChild();
    expectOk(await world.change(root, 'missed', 'cascade'));
    expect([child, leaf].map((id) => world.stateOf(id).status)).toEqual(['missed', 'missed']);
    expect(world.told.filter((type) => type === 'goal.missed')).toHaveLength(3);
  });

  it('is no matter for children that are closed, and a hold for none', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    expectOk(await world.change(root, 'on_hold'));
    expectOk(await world.change(root, 'active'));
    expectOk(await world.change(child, 'abandoned'));
    expectOk(await world.change(root, 'achieved'));
  });

  it('counts as 100 for its parent once it is achieved', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const child = await world.goal({ parentGoalId: root });
    expectOk(await world.change(child, 'achieved'));
    expect(world.stateOf(root).progress).toBe(1_000_000);
  });

  it('not possible from where it is says so', async () => {
    const id = await world.goal();
    expect(await world.change(id, 'draft')).toMatchObject(refused('conflict', 'goal.invalid-transition'));
  });
});

describe('Deleting a goal', () => {
  it('with children is refused with a list of them, closed ones too', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    expectOk(await world.change(child, 'achieved'));
    expect(await world.remove(root)).toMatchObject({
      error: { code: 'goal.live-children', details: { children: [{ id: child }] } },
    });
  });

  it('with cascade takes all below it, and restore brings back exactly that', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    const leaf = await world.goal({ parentGoalId: child });
    const gone = await world.goal({ parentGoalId: root });
    expectOk(await world.remove(gone));
    expectOk(await world.remove(root, 'cascade'));
    expect(world.goals.live(world.tenantId)).toEqual([]);
    expect(expectOk(await world.restore(root))).toMatchObject({ id: root, deleted_at: null });
    expect(
      world.goals
        .live(world.tenantId)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([root, child, leaf].sort());
  });

  it('with leave makes roots of its children, which a restore does not take back', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    const leaf = await world.goal({ parentGoalId: child });
    expectOk(await world.remove(root, 'leave'));
    expectOk(await world.restore(root));
    expect(world.stateOf(child)).toMatchObject({ parentGoalId: null, path: `${child}/` });
    expect(world.stateOf(leaf)).toMatchObject({ parentGoalId: child, path: `${child}/${leaf}/` });
  });

  it('takes it out of what rolls up into its parent, and restoring puts it back', async () => {
    const root = await world.goal({ progressSource: 'children' });
    const child = await world.goal({ parentGoalId: root });
    expect(world.stateOf(root).progress).toBe(0);
    expectOk(await world.remove(child));
    expect(world.stateOf(root).progress).toBeNull();
    expectOk(await world.restore(child));
    expect(world.stateOf(root).progress).toBe(0);
  });

  it('is undone only when it is deleted, and below a parent that is there', async () => {
    const root = await world.goal();
    const child = await world.goal({ parentGoalId: root });
    expect(await world.restore(child)).toMatchObject(refused('conflict', 'goal.not-deleted'));
    expectOk(await world.remove(root, 'cascade'));
    expect(await world.restore(child)).toMatchObject(refused('conflict', 'goal.parent-deleted'));
  });
});

describe('Listing goals', () => {
  const list = (role: Role, deletedOnly: boolean) =>
    new ListGoalsHandler(world.goals, world.clock).execute(
      new ListGoals(world.as(role), pageRequest({ by: 'created_at', deletedOnly })),
    );

  it('answers them with their health, and deleted ones to who may delete', async () => {
    const id = await world.goal();
    expect(expectOk(await list('Viewer', false)).items).toMatchObject([{ id, health: 'insufficient_data' }]);
    expect(await list('Editor', true)).toMatchObject(refused('forbidden'));
    expectOk(await world.remove(id));
    expect(expectOk(await list('Admin', true)).items).toMatchObject([{ id }]);
  });
});
