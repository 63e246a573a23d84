import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { Actor } from '#domain/shared/actor';
import { expectOk } from '../support/results';
import { Workflow } from '#domain/workflows/workflow';
import { WorkflowGoal } from '#domain/workflows/workflow-goal';
import type { PageRequest } from '#application/shared/listing';
import { WorkflowGoalRepository } from '#application/workflows/ports/workflow-goal-repository';
import { WorkflowReadModel } from '#application/workflows/ports/workflow-read-model';
import { WorkflowRepository } from '#application/workflows/ports/workflow-repository';
import { TestApp } from '../support/app';
import { InMemoryWorkflowGoals } from '../support/fakes/in-memory-workflow-goals';
import { InMemoryWorkflowReadModel } from '../support/fakes/in-memory-workflow-read-model';
import { InMemoryWorkflows } from '../support/fakes/in-memory-workflows';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';

interface Stores {
  readonly workflows: WorkflowRepository;
  readonly goals: WorkflowGoalRepository;
  readonly shown: WorkflowReadModel;
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

  beforeEach(async () => {
    subject = await make();
  });

  const draft = (name: string = randomUUID(), tenantId = subject.tenantId): Workflow =>
    expectOk(
      Workflow.create(v7(), tenantId, subject.userId, { name, description: null, goalLogic: 'any', steps: [] }, NOW),
    );

  const stored = async (name?: string): Promise<string> => {
    const workflow = draft(name);
    expectOk(await subject.work(({ workflows }) => workflows.save(workflow)));
    return workflow.state.id;
  };

  const goalOf = (workflowId: string, form: string, position = 1): WorkflowGoal =>
    WorkflowGoal.configure(
      { id: v7(), tenantId: subject.tenantId, workflowId, by: subject.userId },
      { goalType: 'form_submitted', criteria: { form_id: form }, windowHours: 24, position },
      NOW,
      NOW,
    );

  const saveGoals = (...goals: WorkflowGoal[]) => subject.work((stores) => stores.goals.save(goals));

  const found = async (id: string, how: 'find' | 'hold' | 'findEvenDeleted' = 'find'): Promise<Workflow> => {
    const workflow = await subject.work(({ workflows }) => workflows[how](subject.tenantId, id));
    if (!workflow) throw new Error('it should be there');
    return workflow;
  };

  const changed = async (id: string, change: (workflow: Workflow) => unknown) => {
    const workflow = await found(id, 'findEvenDeleted');
    change(workflow);
    return subject.work(({ workflows }) => workflows.save(workflow));
  };

  const list = (request: Partial<PageRequest> = {}) =>
    subject.work(({ shown }) => shown.workflows(subject.tenantId, pageRequest({ by: 'created_at', ...request })));

  it('gives a workflow back as it was stored, with its version and who made it', async () => {
    const workflow = draft('Abandoned cart');
    expectOk(await subject.work(({ workflows }) => workflows.save(workflow)));
    const { state } = await found(workflow.state.id);
    expect(state).toMatchObject({ name: 'Abandoned cart', status: 'draft', goalLogic: 'any', steps: [], version: 1 });
    expect([state.createdBy, state.updatedBy]).toEqual([subject.userId, subject.userId]);
  });

  it('raises the version with every change, and with nothing else', async () => {
    const id = await stored();
    expectOk(await changed(id, () => undefined));
    expect((await found(id)).state.version).toBe(1);
    expectOk(await changed(id, (workflow) => workflow.edit({ description: 'why' })));
    expect((await found(id)).state).toMatchObject({ version: 2, description: 'why' });
  });

  it('refuses a change of what has changed since it was read', async () => {
    const id = await stored();
    const [one, other] = [await found(id), await found(id)];
    expectOk(one.edit({ description: 'one' }));
    expectOk(other.edit({ description: 'other' }));
    expectOk(await subject.work(({ workflows }) => workflows.save(one)));
    const late = await subject.work(({ workflows }) => workflows.save(other));
    expect(late).toMatchObject({ ok: false, error: { kind: 'stale', details: { current_version: 2 } } });
    expect((await found(id)).state.description).toBe('one');
  });

  it('refuses a name that is taken, whatever its case, unless its workflow is deleted', async () => {
    const id = await stored('Welcome');
    const twin = draft('WELCOME');
    const refused = await subject.work(({ workflows }) => workflows.save(twin));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'conflict', code: 'workflow.name-taken' } });
    expectOk(await changed(id, (workflow) => workflow.remove(NOW)));
    expectOk(await subject.work(({ workflows }) => workflows.save(draft('welcome'))));
    const restored = await changed(id, (workflow) => workflow.restore());
    expect(restored).toMatchObject({ ok: false, error: { code: 'workflow.name-taken' } });
  });

  it('lets two tenants use one name', async () => {
    await stored('Welcome');
    const theirs = draft('Welcome', subject.otherTenantId);
    expectOk(await subject.work(({ workflows }) => workflows.save(theirs), subject.otherTenantId));
  });

  it('finds a deleted workflow only when asked to', async () => {
    const id = await stored();
    expectOk(await changed(id, (workflow) => workflow.remove(NOW)));
    const gone = await subject.work(async ({ workflows, shown }) => [
      await workflows.find(subject.tenantId, id),
      await workflows.hold(subject.tenantId, id),
      await shown.workflow(subject.tenantId, id),
    ]);
    expect(gone).toEqual([null, null, null]);
    expect((await found(id, 'findEvenDeleted')).state.deletedAt).toEqual(NOW);
  });

  it('never finds what belongs to another tenant', async () => {
    const id = await stored();
    expectOk(await saveGoals(goalOf(id, 'a')));
    const { tenantId, otherTenantId } = subject;
    const seen = await subject.work(
      async ({ workflows, goals, shown }) => [
        await workflows.find(otherTenantId, id),
        await workflows.hold(otherTenantId, id),
        await workflows.findEvenDeleted(otherTenantId, id),
        (await goals.ofWorkflow(otherTenantId, id)).length,
        await shown.workflow(otherTenantId, id),
        (await shown.workflows(otherTenantId, pageRequest({ by: 'created_at' }))).total,
      ],
      otherTenantId,
    );
    expect(seen).toEqual([null, null, null, 0, null, 0]);
    expect((await found(id)).state.tenantId).toBe(tenantId);
  });

  it('gives the live goals of a workflow by position', async () => {
    const [id, elsewhere] = [await stored(), await stored()];
    const [last, first, gone] = [goalOf(id, 'a', 2), goalOf(id, 'b', 1), goalOf(id, 'c', 3)];
    expectOk(await saveGoals(last, first, gone, goalOf(elsewhere, 'a')));
    const [, , third] = await subject.work(({ goals }) => goals.ofWorkflow(subject.tenantId, id));
    third?.remove(NOW);
    expectOk(await saveGoals(...(third ? [third] : [])));
    const live = await subject.work(({ goals }) => goals.ofWorkflow(subject.tenantId, id));
    expect(live.map(({ state }) => state.id)).toEqual([first.state.id, last.state.id]);
    expect(live[0]?.state).toMatchObject({ criteria: { form_id: 'b' }, activeSince: NOW, windowHours: 24, version: 1 });
  });

  it('refuses a second goal that means the same, unless the first is deleted', async () => {
    const id = await stored();
    const first = goalOf(id, 'a');
    expectOk(await saveGoals(first));
    const twin = await saveGoals(goalOf(id, 'a', 2));
    expect(twin).toMatchObject({ ok: false, error: { kind: 'conflict', code: 'workflow_goal.duplicate' } });
    const [live] = await subject.work(({ goals }) => goals.ofWorkflow(subject.tenantId, id));
    live?.remove(NOW);
    expectOk(await saveGoals(...(live ? [live] : [])));
    expectOk(await saveGoals(goalOf(id, 'a')));
  });

  it('refuses a change of a goal that has changed since it was read', async () => {
    const id = await stored();
    expectOk(await saveGoals(goalOf(id, 'a')));
    const read = () => subject.work(({ goals }) => goals.ofWorkflow(subject.tenantId, id));
    const [[one], [other]] = [await read(), await read()];
    one?.edit({ windowHours: 1 }, false, NOW);
    other?.edit({ windowHours: 2 }, false, NOW);
    expectOk(await saveGoals(...(one ? [one] : [])));
    const late = await saveGoals(...(other ? [other] : []));
    expect(late).toMatchObject({ ok: false, error: { kind: 'stale', details: { current_version: 2 } } });
  });

  it('shows workflows by pages, filtered, and the deleted ones apart', async () => {
    const [a, b, c] = [await stored('Alpha'), await stored('Beta'), await stored('Gamma')];
    expectOk(await changed(b, (workflow) => workflow.activate([], NOW)));
    expectOk(await changed(c, (workflow) => workflow.remove(NOW)));
    expect((await list()).total).toBe(2);
    expect((await list({ limit: 1 })).items).toHaveLength(1);
    expect((await list({ filters: { status: ['active'] } })).items.map(({ id }) => id)).toEqual([b]);
    expect((await list({ filters: { name: ['alpha', 'gamma'] } })).items.map(({ id }) => id)).toEqual([a]);
    expect((await list({ filters: { goal_logic: ['all'] } })).total).toBe(0);
    expect((await list({ deletedOnly: true })).items.map(({ id }) => id)).toEqual([c]);
  });

  it('shows workflows and goals in the shape of the wire', async () => {
    const id = await stored('Alpha');
    const goal = goalOf(id, 'a');
    expectOk(await saveGoals(goal));
    const [workflow, one, none] = await subject.work(async ({ shown }) => [
      await shown.workflow(subject.tenantId, id),
      await shown.goal(subject.tenantId, id, goal.state.id),
      await shown.goal(subject.tenantId, randomUUID(), goal.state.id),
    ]);
    expect(workflow).toMatchObject({ id, name: 'Alpha', first_activated_at: null, version: 1 });
    expect(one).toMatchObject({ workflow_id: id, active_since: NOW.toISOString(), criteria: { form_id: 'a' } });
    expect(none).toBeNull();
    expect(Object.keys(one ?? {}).sort()).toEqual(
      [
        'active_since',
        'created_at',
        'created_by',
        'criteria',
        'goal_type',
        'id',
        'is_active',
        'position',
        'updated_at',
        'updated_by',
        'version',
        'window_hours',
        'workflow_id',
      ].sort(),
    );
  });

  it('lists goals by position and by what they are', async () => {
    const id = await stored();
    const [a, b] = [goalOf(id, 'a', 1), goalOf(id, 'b', 2)];
    b.edit({ isActive: false }, false, NOW);
    expectOk(await saveGoals(a, b));
    const goals = (filters: Record<string, readonly string[]>) =>
      subject.work(({ shown }) => shown.goals(subject.tenantId, id, pageRequest({ by: 'position', filters })));
    expect((await goals({})).items.map(({ position }) => position)).toEqual([2, 1]);
    expect((await goals({ is_active: ['true'] })).items.map((goal) => goal.id)).toEqual([a.state.id]);
    expect((await goals({ goal_type: ['tag_added'] })).total).toBe(0);
  });

  it('names the listeners of an active workflow, and none of another', async () => {
    const id = await stored();
    const [a, b] = [goalOf(id, 'a', 1), goalOf(id, 'b', 2)];
    b.edit({ isActive: false }, false, NOW);
    expectOk(await saveGoals(a, b));
    const listeners = (filters: Record<string, readonly string[]> = {}) =>
      subject.work(({ shown }) => shown.listeners(subject.tenantId, id, pageRequest({ by: 'goal_id', filters })));
    expect((await listeners()).total).toBe(0);
    expectOk(await changed(id, (workflow) => workflow.activate([], NOW)));
    expect((await listeners()).items).toMatchObject([
      { goal_id: a.state.id, event_type: 'form.submitted', open_enrollments: 0 },
    ]);
    expect((await listeners({ event_type: ['payment.completed'] })).total).toBe(0);
  });
};

describe('workflows in memory', () => {
  suite(() => {
    const [tenantId, otherTenantId, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const clock = new StandingClock(NOW);
    const workflows = new InMemoryWorkflows(clock, () => userId);
    const goals = new InMemoryWorkflowGoals(clock, () => userId);
    const stores = { workflows, goals, shown: new InMemoryWorkflowReadModel(workflows, goals) };
    return Promise.resolve({ tenantId, otherTenantId, userId, work: (use) => use(stores) });
  });
});

describe('workflows in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const stores = {
      workflows: app.nest.get<WorkflowRepository>(WorkflowRepository),
      goals: app.nest.get<WorkflowGoalRepository>(WorkflowGoalRepository),
      shown: app.nest.get<WorkflowReadModel>(WorkflowReadModel),
    };
    const work: Subject['work'] = (use, tenant = tenantId) =>
      inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(stores));
    return { tenantId, otherTenantId, userId, work };
  });

  it('holds a workflow until the transaction ends', async () => {
    const { id: tenantId, userId } = await app.tenant();
    const workflows = app.nest.get<WorkflowRepository>(WorkflowRepository);
    const actor = Actor.member(tenantId, userId, 'Admin');
    const fields = { name: 'Held', description: null, goalLogic: 'any' as const, steps: [] };
    const workflow = expectOk(Workflow.create(v7(), tenantId, userId, fields, NOW));
    const { id } = workflow.state;
    expectOk(await inDoor(app, actor, () => workflows.save(workflow)));
    const order: string[] = [];
    let letGo: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (letGo = resolve));
    const first = inDoor(app, actor, async () => {
      await workflows.hold(tenantId, id);
      order.push('first holds');
      await waiting;
      order.push('first ends');
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = inDoor(app, actor, async () => {
      await workflows.hold(tenantId, id);
      order.push('second holds');
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    letGo();
    await Promise.all([first, second]);
    expect(order).toEqual(['first holds', 'first ends', 'second holds']);
  });
});
