import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { ConfigureWorkflowGoal } from '#application/workflows/commands/configure-workflow-goal';
import { EditWorkflowGoal, EditWorkflowGoalHandler } from '#application/workflows/commands/edit-workflow-goal';
import { RemoveWorkflowGoal, RemoveWorkflowGoalHandler } from '#application/workflows/commands/remove-workflow-goal';
import { RenewListeners, RenewListenersHandler } from '#application/workflows/commands/renew-listeners';
import type { WorkflowGoalPatch, WorkflowGoalRequest } from '#domain/workflows/workflow-goal-input';
import { expectOk } from '../../../support/results';
import { FORBIDDEN, refusal, STALE, UNVERSIONED, World } from './world';

const NO_WORKFLOW = refusal('missing', 'workflow.not-found');
const NO_GOAL = refusal('missing', 'workflow_goal.not-found');
const FORM: WorkflowGoalRequest = { goalType: 'form_submitted', criteria: { form_id: 'form-7' } };
const NAMELESS = { name: null, pipelineId: null };

let world: World;
let workflow: string;
beforeEach(async () => {
  world = new World();
  workflow = await world.workflow();
});

describe('configuring a workflow goal', () => {
  const configure = (request: WorkflowGoalRequest = FORM, actor = world.admin, id = workflow) =>
    world.configuring.execute(new ConfigureWorkflowGoal(actor, id, request));

  it('adds it behind the others, holding the workflow, and refreshes the listeners', async () => {
    await world.goal(workflow, 'form-1');
    const made = expectOk(await configure());
    expect(made).toMatchObject({ position: 2, is_active: true, active_since: null, created_by: world.userId });
    expect(world.workflows.held).toEqual([workflow, workflow]);
    expect(world.listeners.refreshed).toEqual([workflow, workflow]);
    expect(world.told.slice(1)).toEqual(['workflow.goal.configured', 'workflow.goal.configured']);
  });

  it('puts it in force at once in a workflow that was active', async () => {
    await world.activate(workflow);
    world.clock.forward(5000);
    expect(expectOk(await configure()).active_since).toBe(world.clock.now().toISOString());
  });

  it('is not for Viewers, and finds nothing foreign', async () => {
    expect(await configure(FORM, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await configure(FORM, world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await configure(FORM, world.admin, randomUUID())).toMatchObject(NO_WORKFLOW);
  });

  it('refuses faulty criteria, and names that the catalog does not have', async () => {
    expect(await configure({ ...FORM, criteria: {} })).toMatchObject({
      ok: false,
      error: { fields: [{ pointer: '/criteria/form_id' }] },
    });
    await world.catalog.put(world.tenantId, 'forms', 'other', NAMELESS);
    expect(await configure()).toMatchObject({
      ok: false,
      error: { kind: 'invalid', fields: [{ pointer: '/criteria/form_id', code: 'form.not-found' }] },
    });
    expect([world.goals.rows.all, world.listeners.refreshed]).toEqual([[], []]);
  });

  it('refuses more than the settings allow', async () => {
    for (const form of ['a', 'b', 'c']) await world.goal(workflow, form);
    expect(await configure()).toMatchObject({
      ok: false,
      error: { code: 'workflow_goal.limit-reached', message: 'Maximum of 3 goals per workflow exceeded' },
    });
  });

  it('answers what the store refuses', async () => {
    world.goals.save = () => Promise.resolve(STALE as never);
    expect(await configure()).toMatchObject(STALE);
    expect(world.listeners.refreshed).toEqual([]);
  });
});

describe('editing a workflow goal', () => {
  let goal: string;
  beforeEach(async () => {
    goal = await world.goal(workflow);
    world.listeners.refreshed.length = 0;
  });

  const edit = (patch: WorkflowGoalPatch, seen: number | undefined = 1, actor = world.admin, id = goal) => {
    const { workflows, goals, catalog, listeners, shown, clock } = world;
    const handler = new EditWorkflowGoalHandler(workflows, goals, catalog, listeners, shown, clock);
    return handler.execute(new EditWorkflowGoal(actor, workflow, id, seen, patch));
  };

  it('changes the fields given, tells old and new, and refreshes the listeners', async () => {
    const edited = expectOk(await edit({ isActive: false, windowHours: 24 }));
    expect(edited).toMatchObject({ is_active: false, window_hours: 24, version: 2, criteria: { form_id: 'form-7' } });
    expect(world.goals.rows.told.at(-1)?.details.changes).toEqual({
      is_active: { old: true, new: false },
      window_hours: { old: null, new: 24 },
    });
    expect(world.listeners.refreshed).toEqual([workflow]);
  });

  it('asks the catalog about criteria that are written, and only then', async () => {
    await world.catalog.put(world.tenantId, 'forms', 'other', NAMELESS);
    expectOk(await edit({ windowHours: 1 }));
    expect(await edit({ criteria: { form_id: 'form-8' } }, 2)).toMatchObject({
      ok: false,
      error: { fields: [{ pointer: '/criteria/form_id', code: 'form.not-found' }] },
    });
    expect(expectOk(await edit({ criteria: { form_id: 'other' } }, 2)).criteria).toEqual({ form_id: 'other' });
  });

  it('refuses another goal type, faulty fields, and a twin', async () => {
    await world.goal(workflow, 'form-8');
    expect(await edit({ goalType: 'tag_added' })).toMatchObject({
      ok: false,
      error: { fields: [{ pointer: '/goal_type', code: 'fixed' }] },
    });
    expect(await edit({ windowHours: 0 })).toMatchObject(refusal('invalid', 'validation-failed'));
    expect(await edit({ criteria: { form_id: 'form-8' } })).toMatchObject(
      refusal('conflict', 'workflow_goal.duplicate'),
    );
  });

  it('needs permission, a goal that is there, and its present version', async () => {
    expect(await edit({}, 1, world.as('Viewer'))).toMatchObject(FORBIDDEN);
    expect(await edit({}, 1, world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await edit({}, 1, world.admin, randomUUID())).toMatchObject(NO_GOAL);
    expect(await edit({}, 2)).toMatchObject(STALE);
    const { workflows, goals, catalog, listeners, shown, clock } = world;
    const handler = new EditWorkflowGoalHandler(workflows, goals, catalog, listeners, shown, clock);
    expect(await handler.execute(new EditWorkflowGoal(world.admin, workflow, goal, undefined, {}))).toMatchObject(
      UNVERSIONED,
    );
  });

  it('answers what the store refuses', async () => {
    world.goals.save = () => Promise.resolve(STALE as never);
    expect(await edit({ windowHours: 3 })).toMatchObject(STALE);
    expect(world.listeners.refreshed).toEqual([]);
  });
});

describe('removing a workflow goal', () => {
  let goal: string;
  beforeEach(async () => {
    goal = await world.goal(workflow);
    world.listeners.refreshed.length = 0;
  });

  const remove = (seen: number | undefined, actor = world.admin, id = goal) =>
    new RemoveWorkflowGoalHandler(world.workflows, world.goals, world.listeners, world.clock).execute(
      new RemoveWorkflowGoal(actor, workflow, id, seen),
    );

  it('hides it, keeps its row, tells it, and refreshes the listeners', async () => {
    expectOk(await remove(1));
    expect(await world.goals.ofWorkflow(world.tenantId, workflow)).toEqual([]);
    expect(world.goals.rows.all[0]?.deletedAt).toEqual(world.clock.now());
    expect([world.told.at(-1), world.listeners.refreshed]).toEqual(['workflow.goal.removed', [workflow]]);
    expect(await remove(2)).toMatchObject(NO_GOAL);
  });

  it('needs more than an Editor, a goal that is there, and its present version', async () => {
    expect(await remove(1, world.as('Editor'))).toMatchObject(FORBIDDEN);
    expect(await remove(1, world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await remove(1, world.admin, randomUUID())).toMatchObject(NO_GOAL);
    expect(await remove(undefined)).toMatchObject(UNVERSIONED);
    expect(await remove(2)).toMatchObject(STALE);
  });

  it('answers what the store refuses', async () => {
    world.goals.save = () => Promise.resolve(STALE as never);
    expect(await remove(1)).toMatchObject(STALE);
    expect(world.listeners.refreshed).toEqual([]);
  });
});

describe('renewing listeners', () => {
  const names = [{ tenantId: randomUUID(), workflowId: randomUUID() }];

  it('hands the workflows of a sweep to the registry', async () => {
    const sweep = Actor.system([randomUUID()], 'workflow_goal:read');
    expectOk(await new RenewListenersHandler(world.listeners).execute(new RenewListeners(sweep, names)));
    expect(world.listeners.renewed).toEqual(names);
  });

  it('is only for whom it is given', async () => {
    const nobody = Actor.system([randomUUID()]);
    const handler = new RenewListenersHandler(world.listeners);
    expect(await handler.execute(new RenewListeners(nobody, names))).toMatchObject(FORBIDDEN);
  });
});
