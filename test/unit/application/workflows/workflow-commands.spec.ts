import { ActivateWorkflow } from '#application/workflows/commands/activate-workflow';
import { CreateWorkflow, CreateWorkflowHandler } from '#application/workflows/commands/create-workflow';
import { DeleteWorkflow, DeleteWorkflowHandler } from '#application/workflows/commands/delete-workflow';
import { EditWorkflow, EditWorkflowHandler } from '#application/workflows/commands/edit-workflow';
import { PauseWorkflow, PauseWorkflowHandler } from '#application/workflows/commands/pause-workflow';
import { RestoreWorkflow, RestoreWorkflowHandler } from '#application/workflows/commands/restore-workflow';
import { expectOk } from '../../../support/results';
import { FORBIDDEN, refusal, STALE, UNVERSIONED, World } from './world';

const MISSING = refusal('missing', 'workflow.not-found');
const FIELDS = { name: 'Welcome', description: null, goalLogic: 'all', steps: [] } as const;

let world: World;
beforeEach(() => {
  world = new World();
});

const creating = () => new CreateWorkflowHandler(world.workflows, world.shown, world.clock, world.ids);
const editing = () => new EditWorkflowHandler(world.workflows, world.shown);
const pausing = () => new PauseWorkflowHandler(world.workflows, world.listeners, world.shown);
const deleting = () => new DeleteWorkflowHandler(world.workflows, world.endings, world.listeners, world.clock);
const restoring = () => new RestoreWorkflowHandler(world.workflows, world.shown);

describe('creating a workflow', () => {
  it('makes a draft and tells it', async () => {
    const made = expectOk(await creating().execute(new CreateWorkflow(world.as('Editor'), FIELDS)));
    expect(made).toMatchObject({ name: 'Welcome', status: 'draft', goal_logic: 'all', created_by: world.userId });
    expect(world.told).toEqual(['workflow.created']);
  });

  it('is not for Viewers', async () => {
    expect(await creating().execute(new CreateWorkflow(world.as('Viewer'), FIELDS))).toMatchObject(FORBIDDEN);
  });

  it('refuses faulty fields and stores nothing', async () => {
    const refused = await creating().execute(new CreateWorkflow(world.admin, { ...FIELDS, name: 'x', steps: 7 }));
    expect(refused).toMatchObject({ ok: false, error: { fields: [{ pointer: '/name' }, { pointer: '/steps' }] } });
    expect(world.workflows.rows.all).toEqual([]);
  });

  it('refuses a name that is taken', async () => {
    await world.workflow('WELCOME');
    const refused = await creating().execute(new CreateWorkflow(world.admin, FIELDS));
    expect(refused).toMatchObject(refusal('conflict', 'workflow.name-taken'));
  });
});

describe('editing a workflow', () => {
  it('changes the fields given and tells old and new', async () => {
    const id = await world.workflow();
    const edited = expectOk(await editing().execute(new EditWorkflow(world.admin, id, 1, { goalLogic: 'all' })));
    expect(edited).toMatchObject({ name: 'Abandoned cart', goal_logic: 'all', version: 2 });
    expect(world.workflows.rows.told.at(-1)).toMatchObject({
      type: 'workflow.updated',
      details: { changes: { goal_logic: { old: 'any', new: 'all' } } },
    });
  });

  it('is not for Viewers', async () => {
    const edit = new EditWorkflow(world.as('Viewer'), await world.workflow(), 1, {});
    expect(await editing().execute(edit)).toMatchObject(FORBIDDEN);
  });

  it('finds nothing of another tenant', async () => {
    const id = await world.workflow();
    expect(await editing().execute(new EditWorkflow(world.stranger, id, 1, {}))).toMatchObject(MISSING);
  });

  it('needs the present version', async () => {
    const id = await world.workflow();
    const edit = (seen: number | undefined) => editing().execute(new EditWorkflow(world.admin, id, seen, {}));
    expect(await edit(undefined)).toMatchObject(UNVERSIONED);
    expect(await edit(2)).toMatchObject(STALE);
  });

  it('refuses faulty fields and names that are taken', async () => {
    await world.workflow('Welcome');
    const id = await world.workflow();
    const edit = (name: string) => editing().execute(new EditWorkflow(world.admin, id, 1, { name }));
    expect(await edit('x')).toMatchObject(refusal('invalid', 'validation-failed'));
    expect(await edit('welcome')).toMatchObject(refusal('conflict', 'workflow.name-taken'));
  });
});

describe('activating a workflow', () => {
  const activate = (id: string, seen?: number, actor = world.admin) =>
    world.activating.execute(new ActivateWorkflow(actor, id, seen));

  it('puts its goals in force, tells it and refreshes its listeners', async () => {
    const id = await world.workflow();
    await world.goal(id);
    world.listeners.refreshed.length = 0;
    expect(expectOk(await activate(id))).toMatchObject({
      status: 'active',
      first_activated_at: world.clock.now().toISOString(),
    });
    expect(world.goals.rows.all[0]?.activeSince).toEqual(world.clock.now());
    expect(world.told).toContain('workflow.activated');
    expect([world.listeners.refreshed, world.workflows.held.includes(id)]).toEqual([[id], true]);
  });

  it('changes nothing when it is active already', async () => {
    const id = await world.workflow();
    await world.activate(id);
    expect(expectOk(await activate(id)).version).toBe(2);
    expect(world.told.filter((type) => type === 'workflow.activated')).toHaveLength(1);
  });

  it('is refused with all reasons when goals name what the catalog no longer has', async () => {
    const id = await world.workflow();
    const goals = [await world.goal(id, 'a'), await world.goal(id, 'b')];
    await world.catalog.put(world.tenantId, 'forms', 'other', { name: null, pipelineId: null });
    const refused = await activate(id);
    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: 'workflow.cannot-activate',
        details: { reasons: goals.map((goal) => ({ workflow_goal_id: goal, code: 'form.not-found' })) },
      },
    });
    expect(world.workflows.rows.all[0]?.status).toBe('draft');
  });

  it('asks for permission, finds nothing foreign, and checks a version that is given', async () => {
    const id = await world.workflow();
    expect(await activate(id, undefined, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await activate(id, undefined, world.stranger)).toMatchObject(MISSING);
    expect(await activate(id, 7)).toMatchObject(STALE);
  });

  it('answers what the store refuses', async () => {
    const id = await world.workflow();
    world.workflows.save = () => Promise.resolve(STALE as never);
    expect(await activate(id)).toMatchObject(STALE);
    expect(world.listeners.refreshed).toEqual([]);
  });
});

describe('pausing a workflow', () => {
  const pause = (id: string, seen?: number, actor = world.admin) =>
    pausing().execute(new PauseWorkflow(actor, id, seen));

  it('pauses an active one and refreshes its listeners', async () => {
    const id = await world.workflow();
    await world.activate(id);
    expect(expectOk(await pause(id, 2))).toMatchObject({ status: 'paused', version: 3 });
    expect(expectOk(await pause(id)).version).toBe(3);
    expect(world.told.filter((type) => type === 'workflow.paused')).toHaveLength(1);
    expect(world.listeners.refreshed).toEqual([id, id, id]);
  });

  it('refuses a draft', async () => {
    expect(await pause(await world.workflow())).toMatchObject(refusal('conflict', 'workflow.not-active'));
  });

  it('asks for permission, finds nothing foreign, and checks a version that is given', async () => {
    const id = await world.workflow();
    expect(await pause(id, undefined, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await pause(id, undefined, world.stranger)).toMatchObject(MISSING);
    expect(await pause(id, 7)).toMatchObject(STALE);
  });

  it('answers what the store refuses', async () => {
    const id = await world.workflow();
    await world.activate(id);
    world.workflows.save = () => Promise.resolve(STALE as never);
    expect(await pause(id)).toMatchObject(STALE);
  });
});

describe('deleting and restoring a workflow', () => {
  const remove = (id: string, seen: number | undefined = 1, actor = world.admin) =>
    deleting().execute(new DeleteWorkflow(actor, id, seen));
  const restore = (id: string, seen?: number, actor = world.admin) =>
    restoring().execute(new RestoreWorkflow(actor, id, seen));

  it('hides it, ends its open enrollments and refreshes its listeners', async () => {
    const id = await world.workflow();
    expectOk(await remove(id));
    expect(await world.workflows.find(world.tenantId, id)).toBeNull();
    expect([world.ended, world.listeners.refreshed]).toEqual([[[id, 'workflow_deleted']], [id]]);
    expect(world.told).toContain('workflow.deleted');
    expect(await remove(id, 2)).toMatchObject(MISSING);
  });

  it('needs the present version, and more than an Editor', async () => {
    const id = await world.workflow();
    expect(await deleting().execute(new DeleteWorkflow(world.admin, id, undefined))).toMatchObject(UNVERSIONED);
    expect(await remove(id, 2)).toMatchObject(STALE);
    expect(await remove(id, 1, world.as('Editor'))).toMatchObject(FORBIDDEN);
    expect(await remove(id, 1, world.stranger)).toMatchObject(MISSING);
    expect(world.ended).toEqual([]);
  });

  it('ends nobody when the store refuses', async () => {
    const id = await world.workflow();
    world.workflows.save = () => Promise.resolve(STALE as never);
    expect(await remove(id)).toMatchObject(STALE);
    expect(world.ended).toEqual([]);
  });

  it('brings it back paused', async () => {
    const id = await world.workflow();
    expectOk(await remove(id));
    expect(expectOk(await restore(id, 2))).toMatchObject({ status: 'paused', deleted_at: null, version: 3 });
    expect(world.told).toContain('workflow.restored');
  });

  it('does not restore what is not deleted, is foreign, has changed, or whose name is taken', async () => {
    const id = await world.workflow('Welcome');
    expect(await restore(id)).toMatchObject(refusal('conflict', 'workflow.not-deleted'));
    expectOk(await remove(id));
    expect(await restore(id, 1)).toMatchObject(STALE);
    expect(await restore(id, 2, world.as('Editor'))).toMatchObject(FORBIDDEN);
    expect(await restore(id, 2, world.stranger)).toMatchObject(MISSING);
    await world.workflow('welcome');
    expect(await restore(id)).toMatchObject(refusal('conflict', 'workflow.name-taken'));
  });
});
