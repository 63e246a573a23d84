import { randomUUID } from 'node:crypto';
import type { Task } from '#domain/tasks/task';
import { MOST_DEPENDENCIES, type TaskFields } from '#domain/tasks/task-fields';
import { wayBetween } from '#domain/tasks/task-graph';
import { TRANSITIONS } from '#domain/tasks/transitions';
import { isOpen, TASK_STATUSES, type TaskStatus } from '#domain/tasks/words';
import { expectOk } from '../../../support/results';
import { ALONE, attempt, CLOSED_GOAL, GOAL, NOW, stored, USER } from './tasks';

const refused = (code: string, details: object = {}) => ({ ok: false, error: { kind: 'conflict', code, details } });

/** A task as a rightly stored one of this status is. */
const inStatus = (status: TaskStatus, more: object = {}): Task =>
  stored({
    status,
    ...(status === 'blocked' && { blockedReason: 'why' }),
    ...(status === 'completed' && { completedAt: NOW, percentComplete: 100 }),
    ...more,
  });

const below = (parent: Task, more: object = {}) => ({ parent, levels: 2, way: null, ...more });

describe('A new task', () => {
  it('is to do, tidied, and told of with its parent and what it waits for', () => {
    const [parent, first] = [stored(), randomUUID()];
    const task = expectOk(
      attempt(
        { title: '  Write\u0065\u0301 ', tags: [' a', 'a '] },
        { goal: GOAL, below: below(parent), assignedTo: USER, dependencies: [first] },
      ),
    );
    const { id } = task.state;
    expect(task.state).toMatchObject({
      ...{ status: 'todo', title: 'Writeé', tags: ['a'], goalId: GOAL.id, parentTaskId: parent.state.id, version: 1 },
      ...{ assignedTo: USER, blockedReason: null, completedAt: null, deletedAt: null, deletionId: null },
    });
    const details = {
      ...{ task_id: id, title: 'Writeé', status: 'todo', priority: 'medium', assigned_to: USER, owner_id: USER },
    };
    const made = { ...details, parent_task_id: parent.state.id, dependencies: [first] };
    expect(task.facts).toEqual([
      { type: 'task.created', goalId: GOAL.id, details: made },
      { type: 'task.assigned', goalId: GOAL.id, details: { ...details, previous_assignee: null } },
    ]);
    expect(task.noted).toEqual({ dependencies: { old: null, new: [first] } });
    expect(task.isOpen).toBe(true);
  });

  it('without a goal or an assignee tells of none, and notes nothing that it does not wait for', () => {
    const task = expectOk(attempt());
    expect(task.facts.map(({ type }) => type)).toEqual(['task.created']);
    expect(task.facts[0]).not.toHaveProperty('goalId');
    expect(task.noted).toEqual({});
  });

  it.each<[string, Partial<TaskFields>, string[]]>([
    ['no title', { title: ' ' }, ['/title']],
    ['too long a title', { title: 'x'.repeat(256) }, ['/title']],
    ['hours that nobody has', { estimatedHours: -1, actualHours: 100_001 }, ['/estimated_hours', '/actual_hours']],
    ['part of a percent', { percentComplete: 0.5 }, ['/percent_complete']],
    ['less than nothing, an empty tag', { percentComplete: -1, tags: ['a', ' '] }, ['/percent_complete', '/tags/1']],
    [
      'more than all, too much metadata',
      { percentComplete: 101, metadata: { x: 'x'.repeat(16_384) } },
      ['/percent_complete', '/metadata'],
    ],
  ])('is refused with every fault: %s', (_what, fields, pointers) => {
    expect(attempt(fields)).toMatchObject({ ok: false, error: { fields: pointers.map((pointer) => ({ pointer })) } });
  });

  it('is refused under what is closed, too deep, or waiting for itself', () => {
    const [parent, between] = [stored(), randomUUID()];
    const closed = inStatus('cancelled');
    expect(attempt({}, { goal: CLOSED_GOAL })).toMatchObject(refused('task.goal-closed', { goal_id: CLOSED_GOAL.id }));
    expect(attempt({}, { below: below(closed) })).toMatchObject(
      refused('task.parent-closed', { parent_task_id: closed.state.id }),
    );
    expect(attempt({}, { below: below(parent, { levels: 11 }) })).toMatchObject(refused('task.too-deep'));
    expect(attempt({}, { below: below(parent, { levels: 10 }) })).toMatchObject({ ok: true });
    const [id, way] = [randomUUID(), [between, parent.state.id]];
    expect(attempt({}, { id, below: below(parent, { way }) })).toMatchObject(
      refused('task.cycle', { path: [id, between, parent.state.id, id] }),
    );
  });
});

describe('Editing a task', () => {
  it('changes what is given and tells old and new; what is the same is no change', () => {
    const task = stored({ estimatedHours: 3 });
    expectOk(task.edit({ title: 'Write it down', estimatedHours: 3 }));
    expect(task.facts).toEqual([]);
    expectOk(task.edit({ estimatedHours: 4 }));
    expect(task.facts).toMatchObject([
      { type: 'task.updated', details: { changes: { estimated_hours: { old: 3, new: 4 } } } },
    ]);
    expect(task.edit({ title: '' })).toMatchObject({ ok: false, error: { fields: [{ pointer: '/title' }] } });
  });

  it('leaves a completed task at 100 percent', () => {
    const task = inStatus('completed');
    expect(task.edit({ percentComplete: 99 })).toMatchObject({ error: { code: 'task.completed' } });
    expectOk(task.edit({ title: 'Said' }));
    expectOk(task.edit({ percentComplete: 100, title: 'Done' }));
    expect(task.state).toMatchObject({ title: 'Done', percentComplete: 100 });
  });

  it('puts it elsewhere, and nowhere', () => {
    const [task, parent] = [stored(), stored()];
    expectOk(task.edit({}, { goal: GOAL, below: below(parent) }));
    expect(task.state).toMatchObject({ goalId: GOAL.id, parentTaskId: parent.state.id });
    expectOk(task.edit({}, { goal: null, below: null }));
    expect(task.state).toMatchObject({ goalId: null, parentTaskId: null });
    expect(task.facts.map(({ details }) => Object.keys(details.changes as object))).toEqual([
      ['goal_id', 'parent_task_id'],
      ['goal_id', 'parent_task_id'],
    ]);
  });

  it('does not put it under what is closed, too deep or below itself, but leaves it where it is', () => {
    const closed = inStatus('completed');
    const task = stored({ goalId: CLOSED_GOAL.id, parentTaskId: closed.state.id });
    expectOk(task.edit({ title: 'Same place' }, { goal: CLOSED_GOAL, below: below(closed, { levels: 11 }) }));
    const other = stored();
    expect(other.edit({}, { goal: CLOSED_GOAL })).toMatchObject(refused('task.goal-closed'));
    expect(other.edit({}, { below: below(closed) })).toMatchObject(refused('task.parent-closed'));
    const way = [other.state.id, task.state.id];
    expect(other.edit({}, { below: below(task, { way }) })).toMatchObject(
      refused('task.cycle', { path: [...way, other.state.id] }),
    );
    expect(other.edit({}, { below: below(task, { levels: 11 }) })).toMatchObject(refused('task.too-deep'));
  });
});

describe('The status of a task', () => {
  const pairs = TASK_STATUSES.flatMap((from) => TASK_STATUSES.map((to) => [from, to] as const));
  const told: Partial<Record<TaskStatus, string>> = { completed: 'task.completed', blocked: 'task.blocked' };

  it.each(pairs)('from %s to %s goes as the table says', (from, to) => {
    const task = inStatus(from);
    const changed = task.transition(to, 'because', ALONE, NOW);
    if (!TRANSITIONS[from].includes(to)) {
      expect(changed).toMatchObject(refused('task.invalid-transition', { allowed: TRANSITIONS[from] }));
      return;
    }
    expectOk(changed);
    expect(task.state).toMatchObject({
      status: to,
      blockedReason: to === 'blocked' ? 'because' : null,
      completedAt: to === 'completed' ? NOW : null,
    });
    const [fact] = task.facts;
    expect(fact).toMatchObject({
      type: told[to] ?? 'task.updated',
      details: { reason: 'because', changes: { status: { old: from, new: to } } },
    });
    expect('ended_with' in (fact?.details ?? {})).toBe(!isOpen(to));
  });

  it('says what each status may become', () => {
    expect(TRANSITIONS).toEqual({
      todo: ['in_progress', 'completed', 'blocked', 'cancelled'],
      in_progress: ['todo', 'completed', 'blocked', 'cancelled'],
      blocked: ['todo', 'in_progress', 'cancelled'],
      completed: ['todo'],
      cancelled: ['todo'],
    });
  });

  it('is blocked for a reason only', () => {
    expect(stored().transition('blocked', null, ALONE, NOW)).toMatchObject({
      error: { kind: 'invalid', fields: [{ pointer: '/reason' }] },
    });
  });

  it('is 100 percent once completed, and stays so when it is opened again', () => {
    const task = stored({ percentComplete: 10 });
    expectOk(task.transition('completed', null, ALONE, NOW));
    expectOk(task.transition('todo', null, ALONE, NOW));
    expect(task.state).toMatchObject({ percentComplete: 100, completedAt: null });
  });

  it.each(['in_progress', 'completed'] as const)('is not %s while others stand before it, unless overridden', (to) => {
    const blockers = [{ id: randomUUID(), title: 'First', status: 'todo' as const }];
    expect(stored().transition(to, null, { ...ALONE, blockers }, NOW)).toMatchObject(
      refused('task.blocked', { blocked_by: blockers }),
    );
    const overridden = stored();
    expectOk(overridden.transition(to, null, { ...ALONE, blockers, overrides: true }, NOW));
    expect(overridden.noted).toEqual({ override: { old: null, new: [blockers[0]!.id] } });
    const needless = stored();
    expectOk(needless.transition(to, null, { ...ALONE, overrides: true }, NOW));
    expect(needless.noted).toEqual({});
  });

  it('halts, is blocked and cancelled whoever stands before it', () => {
    const blockers = [{ id: randomUUID(), title: 'First', status: 'todo' as const }];
    for (const to of ['todo', 'blocked', 'cancelled'] as const) {
      const task = inStatus('in_progress');
      expectOk(task.transition(to, 'because', { ...ALONE, blockers }, NOW));
      expect(task.noted).toEqual({});
    }
  });

  it('is not completed over open subtasks, which no override helps', () => {
    const openSubtasks = [{ id: randomUUID(), title: 'Part', status: 'blocked' as const }];
    const around = { ...ALONE, openSubtasks, overrides: true };
    expect(stored().transition('completed', null, around, NOW)).toMatchObject(
      refused('task.open-subtasks', { subtasks: openSubtasks }),
    );
  });

  it('opens only under a goal and a parent that are open', () => {
    for (const status of ['completed', 'cancelled'] as const) {
      expect(inStatus(status).transition('todo', null, { ...ALONE, goal: CLOSED_GOAL }, NOW)).toMatchObject(
        refused('task.goal-closed'),
      );
      expect(inStatus(status).transition('todo', null, { ...ALONE, parent: inStatus('completed') }, NOW)).toMatchObject(
        refused('task.parent-closed'),
      );
      expectOk(inStatus(status).transition('todo', null, { ...ALONE, goal: GOAL, parent: stored() }, NOW));
    }
  });
});

describe('A task', () => {
  it('is given to somebody else, which tells who had it; the same is no change', () => {
    const task = stored({ assignedTo: USER });
    task.assign(USER);
    expect(task.facts).toEqual([]);
    task.assign(null);
    expect(task.facts).toMatchObject([
      { type: 'task.assigned', details: { assigned_to: null, previous_assignee: USER } },
    ]);
  });

  it('waits for another one, and no more', () => {
    const [task, first, second] = [stored(), randomUUID(), randomUUID()];
    expectOk(task.dependOn(second, [first], null));
    expect(task.noted).toEqual({ dependencies: { old: [first], new: [first, second] } });
    expect(task.facts).toMatchObject([{ type: 'task.updated', details: { changes: task.noted } }]);
    expectOk(task.dependNoMore(first, [first, second]));
    expect(task.noted).toEqual({ dependencies: { old: [first, second], new: [second] } });
    expect(task.state).toEqual(task.stored);
    expect(task.dependNoMore(first, [second])).toMatchObject({ error: { code: 'task_dependency.not-found' } });
  });

  it('waits for nothing twice, in a circle, or beyond a hundred', () => {
    const [task, first] = [stored(), randomUUID()];
    const { id } = task.state;
    const many = Array.from({ length: MOST_DEPENDENCIES }, () => randomUUID());
    expect(task.dependOn(first, [first], null)).toMatchObject({ error: { code: 'task.already-depends' } });
    expect(task.dependOn(first, [], [first, id])).toMatchObject(refused('task.cycle', { path: [id, first, id] }));
    expect(task.dependOn(first, many, null)).toMatchObject(refused('task.too-many-dependencies', { most: 100 }));
    expectOk(task.dependOn(first, many.slice(1), null));
  });

  it('is deleted and comes back, unless its parent or a goal is gone', () => {
    const [task, deletion, gone] = [stored({ parentTaskId: randomUUID() }), randomUUID(), randomUUID()];
    expect(task.restore(null, [])).toMatchObject({ error: { code: 'task.not-deleted' } });
    task.remove(deletion, NOW);
    expect(task.state).toMatchObject({ deletedAt: NOW, deletionId: deletion });
    expect(task.restore(null, [])).toMatchObject(
      refused('task.parent-deleted', { parent_task_id: task.state.parentTaskId }),
    );
    expect(task.restore(stored(), [gone])).toMatchObject(refused('task.goal-deleted', { goal_ids: [gone] }));
    expectOk(task.restore(stored(), []));
    expect(task.state).toMatchObject({ deletedAt: null, deletionId: null });
    expect(task.facts).toMatchObject([
      { type: 'task.deleted', details: { deleted_with: null } },
      { type: 'task.restored', details: { restored_with: null } },
    ]);
  });
});

describe('The way between tasks', () => {
  const waits = (...pairs: string[]) => pairs.map((pair) => ({ taskId: pair[0]!, forId: pair[1]! }));

  it('is the shortest one, from whichever it begins with', () => {
    const graph = waits('ab', 'bc', 'cz', 'ad', 'dz', 'ya');
    expect(wayBetween(graph, ['a'], 'z')).toEqual(['a', 'd', 'z']);
    expect(wayBetween(graph, ['y', 'c'], 'z')).toEqual(['c', 'z']);
    expect(wayBetween(graph, ['z'], 'z')).toEqual(['z']);
  });

  it('is none where none leads, and ends in a graph with circles and many ways', () => {
    expect(wayBetween(waits('ab', 'ba', 'bc'), ['a'], 'z')).toBeNull();
    expect(wayBetween([], [], 'z')).toBeNull();
    const ladder = Array.from({ length: 60 }, (_, n) => [
      { taskId: `${n}`, forId: `l${n}` },
      { taskId: `${n}`, forId: `r${n}` },
      { taskId: `l${n}`, forId: `${n + 1}` },
      { taskId: `r${n}`, forId: `${n + 1}` },
    ]).flat();
    expect(wayBetween(ladder, ['0'], '60')).toHaveLength(121);
  });
});
