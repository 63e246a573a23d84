import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { ExplainWorkflowGoal, ExplainWorkflowGoalHandler } from '#application/workflows/queries/explain-workflow-goal';
import { GetWorkflow, GetWorkflowHandler } from '#application/workflows/queries/get-workflow';
import { GetWorkflowGoal, GetWorkflowGoalHandler } from '#application/workflows/queries/get-workflow-goal';
import { ListWorkflowGoals, ListWorkflowGoalsHandler } from '#application/workflows/queries/list-workflow-goals';
import {
  ListWorkflowListeners,
  ListWorkflowListenersHandler,
} from '#application/workflows/queries/list-workflow-listeners';
import { ListWorkflows, ListWorkflowsHandler } from '#application/workflows/queries/list-workflows';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { FORBIDDEN, refusal, World } from './world';

const NO_WORKFLOW = refusal('missing', 'workflow.not-found');
const NO_GOAL = refusal('missing', 'workflow_goal.not-found');

let world: World;
let workflow: string;
let goal: string;
beforeEach(async () => {
  world = new World();
  workflow = await world.workflow();
  goal = await world.goal(workflow);
});

const mute = () => Actor.system([world.tenantId]);
const page = (changes = {}) => pageRequest({ by: 'created_at', ...changes });

describe('reading workflows', () => {
  const get = (actor: Actor) => new GetWorkflowHandler(world.shown).execute(new GetWorkflow(actor, workflow));
  const list = (actor: Actor, changes = {}) =>
    new ListWorkflowsHandler(world.shown).execute(new ListWorkflows(actor, page(changes)));

  it('shows a Viewer one workflow and the list', async () => {
    expect(expectOk(await get(world.as('Viewer'))).id).toBe(workflow);
    expect(expectOk(await list(world.as('Viewer'))).total).toBe(1);
  });

  it('shows nothing of another tenant, and nothing without permission', async () => {
    expect(await get(world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(expectOk(await list(world.stranger)).total).toBe(0);
    expect(await get(mute())).toMatchObject(FORBIDDEN);
    expect(await list(mute())).toMatchObject(FORBIDDEN);
  });

  it('lists deleted ones only for those who may delete', async () => {
    expect(await list(world.as('Editor'), { deletedOnly: true })).toMatchObject(FORBIDDEN);
    expect(expectOk(await list(world.admin, { deletedOnly: true })).total).toBe(0);
  });
});

describe('reading workflow goals', () => {
  const get = (actor: Actor, id = goal) =>
    new GetWorkflowGoalHandler(world.shown).execute(new GetWorkflowGoal(actor, workflow, id));
  const list = (actor: Actor) =>
    new ListWorkflowGoalsHandler(world.shown).execute(new ListWorkflowGoals(actor, workflow, page()));

  it('shows a Viewer one goal and the list', async () => {
    expect(expectOk(await get(world.as('Viewer')))).toMatchObject({ id: goal, criteria: { form_id: 'form-7' } });
    expect(expectOk(await list(world.as('Viewer'))).items.map(({ id }) => id)).toEqual([goal]);
  });

  it('shows nothing of another tenant, and nothing without permission', async () => {
    expect(await get(world.stranger)).toMatchObject(NO_GOAL);
    expect(await get(world.admin, randomUUID())).toMatchObject(NO_GOAL);
    expect(await list(world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await get(mute())).toMatchObject(FORBIDDEN);
    expect(await list(mute())).toMatchObject(FORBIDDEN);
  });
});

describe('reading listeners', () => {
  const list = (actor: Actor) =>
    new ListWorkflowListenersHandler(world.shown, world.listeners).execute(
      new ListWorkflowListeners(actor, workflow, pageRequest({ by: 'goal_id' })),
    );

  it('joins what should be there with what is registered', async () => {
    const unregistered = await world.goal(workflow, 'form-8');
    await world.activate(workflow);
    const times = { registeredAt: new Date(1000), expiresAt: new Date(2000) };
    world.listeners.registrations.set(goal, times).set(randomUUID(), times);
    const { items } = expectOk(await list(world.as('Viewer')));
    expect(items).toEqual([
      {
        goal_id: unregistered,
        event_type: 'form.submitted',
        registered_at: null,
        expires_at: null,
        open_enrollments: 0,
      },
      {
        goal_id: goal,
        event_type: 'form.submitted',
        registered_at: '1970-01-01T00:00:01.000Z',
        expires_at: '1970-01-01T00:00:02.000Z',
        open_enrollments: 0,
      },
    ]);
  });

  it('shows nothing of another tenant, and nothing without permission', async () => {
    expect(await list(world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await list(mute())).toMatchObject(FORBIDDEN);
  });
});

describe('explaining a workflow goal', () => {
  const explain = (actor: Actor, ids: { workflow?: string; goal?: string; enrollment?: string } = {}) =>
    new ExplainWorkflowGoalHandler(world.workflows, world.goals, world.explained, world.clock).execute(
      new ExplainWorkflowGoal(actor, ids.workflow ?? workflow, ids.goal ?? goal, world.event(), ids.enrollment),
    );

  const enrolled = (contactId: string): string => {
    const id = randomUUID();
    const enrolledAt = new Date(world.clock.now().getTime() - 1000);
    const { tenantId } = world;
    world.enrollments.push({
      id,
      tenantId,
      workflowId: workflow,
      contactId,
      status: 'active',
      enrolledAt,
      achievedGoalIds: new Set(),
    });
    return id;
  };

  it('explains the enrollment of the contact, condition by condition', async () => {
    await world.activate(workflow);
    const enrollment = enrolled('c-42');
    const explained = expectOk(await explain(world.as('Viewer')));
    expect(explained).toMatchObject({ enrollment_id: enrollment, first_failed: null });
    expect(explained.conditions.every(({ passed }) => passed)).toBe(true);
  });

  it('explains the enrollment that is named', async () => {
    enrolled('c-42');
    const other = enrolled('c-43');
    const explained = expectOk(await explain(world.admin, { enrollment: other }));
    expect(explained).toMatchObject({ enrollment_id: other, first_failed: 'same_contact' });
  });

  it('explains without an enrollment, unless one is named that is not there', async () => {
    expect(expectOk(await explain(world.admin)).enrollment_id).toBeNull();
    expect(await explain(world.admin, { enrollment: randomUUID() })).toMatchObject({
      ok: false,
      error: { kind: 'invalid', fields: [{ pointer: '/enrollment_id' }] },
    });
  });

  it('explains nothing of another tenant, and nothing without permission', async () => {
    expect(await explain(world.stranger)).toMatchObject(NO_WORKFLOW);
    expect(await explain(world.admin, { workflow: randomUUID() })).toMatchObject(NO_WORKFLOW);
    expect(await explain(world.admin, { goal: randomUUID() })).toMatchObject(NO_GOAL);
    expect(await explain(mute())).toMatchObject(FORBIDDEN);
  });
});
