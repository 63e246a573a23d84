import { TENANT } from './builders';
import type { WorkflowGoal } from '#domain/workflows/workflow-goal';
import { WorkflowGoal as Goal } from '#domain/workflows/workflow-goal';
import type { NewWorkflowGoal } from '#domain/workflows/workflow-goal-input';
import { WorkflowGoals } from '#domain/workflows/workflow-goals';

const before = new Date('2026-01-01T08:00:00.000Z');
const now = new Date('2026-01-10T08:00:00.000Z');
const LIMIT = 3;

const form = (id: string, more: Partial<NewWorkflowGoal> = {}): NewWorkflowGoal => ({
  goalType: 'form_submitted',
  criteria: { form_id: id },
  windowHours: null,
  ...more,
});

const stored = (id: string, position: number, more: Partial<WorkflowGoal['state']> = {}): WorkflowGoal => {
  const identity = { id, tenantId: TENANT, workflowId: 'workflow-1', by: 'user-1' };
  const state = { ...Goal.configure(identity, { ...form(id), position }, null, before).state, ...more };
  return new Goal(state, state);
};

const goalsOf = (firstActivatedAt: Date | null, ...live: readonly WorkflowGoal[]): WorkflowGoals =>
  new WorkflowGoals({ id: 'workflow-1', tenantId: TENANT, firstActivatedAt }, live, LIMIT);

const positions = (...goals: readonly WorkflowGoal[]) => goals.map(({ state }) => `${state.id} ${state.position}`);

describe('configuring a workflow goal (SPEC 4.2)', () => {
  it('makes an active one at the last position and tells so', () => {
    const goals = goalsOf(null, stored('a', 1), stored('b', 4));
    const result = goals.configure('new', 'user-2', form('f', { windowHours: 24 }), now);
    expect(result).toMatchObject({
      ok: true,
      value: {
        stored: null,
        state: {
          id: 'new',
          tenantId: TENANT,
          workflowId: 'workflow-1',
          version: 1,
          createdBy: 'user-2',
          goalType: 'form_submitted',
          criteria: { form_id: 'f' },
          criteriaKey: '{"form_id":"f"}',
          isActive: true,
          windowHours: 24,
          position: 5,
          deletedAt: null,
        },
        facts: [
          {
            type: 'workflow.goal.configured',
            goalId: 'new',
            details: { workflow_goal_id: 'new', workflow_id: 'workflow-1', goal_type: 'form_submitted' },
          },
        ],
      },
    });
    expect(goals.changed.map(({ state }) => state.id)).toEqual(['new']);
  });

  it('the first one stands at position 1', () => {
    expect(goalsOf(null).configure('new', null, form('f'), now)).toMatchObject({ value: { state: { position: 1 } } });
  });

  it.each([
    ['before the first activation is not in force yet', null, {}, null],
    ['after it is in force from now', before, {}, now],
    ['of an import is in force from the time given', before, { activeSince: before }, before],
    ['of an import keeps that time also before the first activation', null, { activeSince: before }, before],
  ])('%s', (_name, firstActivatedAt, more, activeSince) => {
    const result = goalsOf(firstActivatedAt).configure('new', null, form('f', more), now);
    expect(result).toMatchObject({ value: { state: { activeSince } } });
  });

  it('at most 3 per workflow, inactive ones count', () => {
    const goals = goalsOf(null, stored('a', 1), stored('b', 2, { isActive: false }), stored('c', 3));
    expect(goals.configure('new', null, form('f'), now)).toMatchObject({
      error: {
        kind: 'conflict',
        code: 'workflow_goal.limit-reached',
        message: 'Maximum of 3 goals per workflow exceeded',
      },
    });
    expect(goals.changed).toEqual([]);
  });

  it('refuses the same type with equal criteria, whatever the window', () => {
    const goals = goalsOf(null, stored('a', 1));
    expect(goals.configure('new', null, form('a', { windowHours: 5 }), now)).toMatchObject({
      error: { kind: 'conflict', code: 'workflow_goal.duplicate', details: { existing_id: 'a' } },
    });
  });

  it('a taken position moves its goal and those behind it down by one, and each tells so', () => {
    const [a, b, d] = [stored('a', 1), stored('b', 2)].concat(stored('d', 5)) as [
      WorkflowGoal,
      WorkflowGoal,
      WorkflowGoal,
    ];
    const goals = new WorkflowGoals({ id: 'workflow-1', tenantId: TENANT, firstActivatedAt: before }, [a, b, d], 10);
    expect(goals.configure('new', null, form('f', { position: 2 }), now).ok).toBe(true);
    expect(positions(...goals.changed)).toEqual(['b 3', 'd 6', 'new 2']);
    expect(positions(a)).toEqual(['a 1']);
    expect(b.facts).toMatchObject([
      { type: 'workflow.goal.updated', details: { changes: { position: { old: 2, new: 3 } } } },
    ]);
    expect(b.state.activeSince).toBeNull();
  });

  it('a free position moves nobody', () => {
    const goals = goalsOf(null, stored('a', 1), stored('c', 3));
    expect(goals.configure('new', null, form('f', { position: 2 }), now).ok).toBe(true);
    expect(positions(...goals.changed)).toEqual(['new 2']);
  });
});

describe('editing a workflow goal', () => {
  it('replaces criteria whole, in force from now once the workflow was ever active', () => {
    const goal = stored('a', 1, {
      goalType: 'tag_added',
      criteria: { tag_id: 't', tag_name: 'n' },
      activeSince: before,
    });
    expect(goalsOf(before, goal).edit(goal, { criteria: { tag_name: 'n' } }, now).ok).toBe(true);
    expect(goal.state).toMatchObject({
      criteria: { tag_name: 'n' },
      criteriaKey: '{"tag_name":"n"}',
      activeSince: now,
    });
    expect(goal.facts).toEqual([
      {
        type: 'workflow.goal.updated',
        goalId: 'a',
        details: {
          workflow_goal_id: 'a',
          workflow_id: 'workflow-1',
          goal_type: 'tag_added',
          changes: {
            criteria: { old: { tag_id: 't', tag_name: 'n' }, new: { tag_name: 'n' } },
            active_since: { old: before, new: now },
          },
        },
      },
    ]);
  });

  it('before the first activation leaves active_since as it is', () => {
    const goal = stored('a', 1);
    expect(goalsOf(null, goal).edit(goal, { criteria: { form_id: 'other' } }, now).ok).toBe(true);
    expect(goal.state).toMatchObject({ criteria: { form_id: 'other' }, activeSince: null });
  });

  it('switching on puts its criteria in force from now, switching off leaves the time', () => {
    const goal = stored('a', 1, { activeSince: before });
    const goals = goalsOf(before, goal);
    expect(goals.edit(goal, { isActive: false }, now).ok).toBe(true);
    expect(goal.state).toMatchObject({ isActive: false, activeSince: before });
    expect(goals.edit(goal, { isActive: true }, now).ok).toBe(true);
    expect(goal.state).toMatchObject({ isActive: true, activeSince: now });
  });

  it('another window or position leaves active_since', () => {
    const goal = stored('a', 1, { activeSince: before });
    expect(goalsOf(before, goal).edit(goal, { windowHours: 5, position: 9 }, now).ok).toBe(true);
    expect(goal.state).toMatchObject({ windowHours: 5, position: 9, activeSince: before });
  });

  it('with what is the same already changes nothing and tells nothing', () => {
    const goal = stored('a', 1, { activeSince: before });
    expect(goalsOf(before, goal).edit(goal, { criteria: { form_id: 'a' }, isActive: true, position: 1 }, now).ok).toBe(
      true,
    );
    expect(goal.state).toBe(goal.stored);
    expect(goal.facts).toEqual([]);
  });

  it("refuses another goal's criteria", () => {
    const [a, b] = [stored('a', 1), stored('b', 2)];
    expect(goalsOf(null, a, b).edit(a, { criteria: { form_id: 'b' } }, now)).toMatchObject({
      error: { code: 'workflow_goal.duplicate', details: { existing_id: 'b' } },
    });
    expect(a.state).toBe(a.stored);
  });

  it('moving it to a taken position moves the others down by one', () => {
    const [a, b, c] = [stored('a', 1), stored('b', 2), stored('c', 3)];
    const goals = goalsOf(null, a, b, c);
    expect(goals.edit(c, { position: 1 }, now).ok).toBe(true);
    expect(positions(...goals.changed)).toEqual(['a 2', 'b 3', 'c 1']);
  });
});

describe('the goals of a workflow', () => {
  it('the first activation puts in force those without a time of their own, and tells so', () => {
    const [fresh, imported] = [stored('a', 1), stored('b', 2, { activeSince: before })];
    const goals = goalsOf(null, fresh, imported);
    goals.start(now);
    expect([fresh.state.activeSince, imported.state.activeSince]).toEqual([now, before]);
    expect(goals.changed).toEqual([fresh]);
    expect(fresh.facts).toMatchObject([
      { type: 'workflow.goal.updated', details: { changes: { active_since: { old: null, new: now } } } },
    ]);
    expect(imported.facts).toEqual([]);
  });

  it('removing one hides it and tells so', () => {
    const goal = stored('a', 1);
    const goals = goalsOf(null, goal);
    goal.remove(now);
    expect(goal.state.deletedAt).toBe(now);
    expect(goal.facts).toMatchObject([{ type: 'workflow.goal.removed', goalId: 'a' }]);
    expect(goals.find('a')).toMatchObject({ error: { kind: 'missing', code: 'workflow_goal.not-found' } });
  });

  it('are found by id', () => {
    const goal = stored('a', 1);
    expect(goalsOf(null, goal).find('a')).toEqual({ ok: true, value: goal });
    expect(goalsOf(null, goal).find('b')).toMatchObject({ error: { code: 'workflow_goal.not-found' } });
  });

  it('name every reference the catalog no longer has, which is why activation is refused', () => {
    const goals = goalsOf(null, stored('a', 1), stored('b', 2, { isActive: false }));
    expect(goals.references.map(({ externalId }) => externalId)).toEqual(['a', 'b']);
    expect(goals.reasonsAgainstActivation(new Map([['forms', new Map([['a', { pipelineId: null }]])]]))).toEqual([
      { workflow_goal_id: 'b', code: 'form.not-found', detail: 'Referenced form does not exist' },
    ]);
    expect(goals.reasonsAgainstActivation(new Map())).toEqual([]);
  });
});
