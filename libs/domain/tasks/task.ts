import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { conflict, fault, invalid, missing, type DomainError } from '#domain/shared/errors';
import { done, err, ok, type Result } from '#domain/shared/result';
import type { TaskFact } from '#domain/tasks/outgoing';
import {
  alreadyDepends,
  blockedBy,
  completedAlready,
  goalClosed,
  goalDeleted,
  hasOpenSubtasks,
  invalidTransition,
  parentClosed,
  parentDeleted,
  tooDeep,
  tooManyDependencies,
  wouldCircle,
} from '#domain/tasks/refusals';
import { MOST_DEPENDENCIES, readTaskFields, type TaskFields } from '#domain/tasks/task-fields';
import { factOf, needsClearWay, TRANSITIONS } from '#domain/tasks/transitions';
import { DEEPEST, isOpen, type GoalOfTask, type NamedTask, type TaskStatus } from '#domain/tasks/words';

export interface TaskState extends Versioned, TaskFields {
  readonly goalId: string | null;
  readonly parentTaskId: string | null;
  readonly status: TaskStatus;
  readonly assignedTo: string | null;
  /** Given exactly while it is `blocked`. */
  readonly blockedReason: string | null;
  readonly completedAt: Date | null;
  readonly deletedAt: Date | null;
  /** Shared by all that one deletion took: what a restore brings back. */
  readonly deletionId: string | null;
}

export interface NewTask {
  readonly id: string;
  readonly tenantId: string;
  readonly by: string | null;
  readonly fields: TaskFields;
  readonly goal: GoalOfTask | null;
  readonly below: Below | null;
  readonly assignedTo: string | null;
  /** What it depends on. */
  readonly dependencies: readonly string[];
}

/** Below which task one is to stand. */
export interface Below {
  readonly parent: Task;
  /** How many the line from the topmost task down to the deepest subtask would have. */
  readonly levels: number;
  /** From the task, or from what a new one depends on, to the parent along what each waits for; `null`: there is none. */
  readonly way: readonly string[] | null;
}

/** Where a task is to stand instead; what is left out stays. */
export interface Move {
  readonly goal?: GoalOfTask | null;
  readonly below?: Below | null;
}

/** What a change of status must look at. */
export interface Around {
  readonly goal: GoalOfTask | null;
  readonly parent: Task | null;
  /** The open ones of what it depends on. */
  readonly blockers: readonly NamedTask[];
  readonly openSubtasks: readonly NamedTask[];
  /** Whether it may go on despite its blockers. */
  readonly overrides: boolean;
}

const EDITABLE = [
  'title',
  'description',
  'priority',
  'ownerId',
  'dueDate',
  'estimatedHours',
  'actualHours',
  'percentComplete',
  'tags',
  'metadata',
  'goalId',
  'parentTaskId',
] as const satisfies readonly (keyof TaskState)[];

/** A task (SPEC 6). What stands around it is what the caller has seen while holding the tenant's board. */
export class Task extends Aggregate<TaskState, TaskFact> {
  /** A new task, `todo`. Faults of the fields; 409 `task.goal-closed`, `task.parent-closed`, `task.too-deep`, `task.cycle`. */
  static create(made: NewTask, now: Date): Result<Task> {
    const { id, tenantId, by, fields, goal, below, assignedTo, dependencies } = made;
    const read = readTaskFields(fields);
    if (!read.ok) return read;
    const refusal = refusalOfGoal(goal) ?? refusalBelow(below, (way) => [id, ...way, id]);
    if (refusal) return err(refusal);
    const place = { goalId: goal?.id ?? null, parentTaskId: below?.parent.state.id ?? null };
    const first = firstVersion(id, tenantId, by, now);
    const task = new Task({ ...first, ...read.value, ...FRESH, ...place, assignedTo }, null);
    if (dependencies.length > 0) task.note({ dependencies: { old: null, new: dependencies } });
    task.tell('task.created', { parent_task_id: place.parentTaskId, dependencies });
    if (assignedTo !== null) task.tell('task.assigned', { previous_assignee: null });
    return ok(task);
  }

  get isOpen(): boolean {
    return isOpen(this.current.status);
  }

  /**
   * Changes the fields given, in any state, and puts the task elsewhere when told to; what is the same already is no change.
   * Faults of the fields; 409 `task.completed`, `task.goal-closed`, `task.parent-closed`, `task.too-deep`, `task.cycle`.
   */
  edit(fields: Partial<TaskFields>, { goal, below }: Move = {}): Result<void> {
    const { status, id, goalId, parentTaskId } = this.current;
    const read = readTaskFields({ ...this.current, ...fields });
    if (!read.ok) return read;
    if (status === 'completed' && (fields.percentComplete ?? 100) !== 100) return err(completedAlready);
    const refusal =
      (goal?.id === goalId ? undefined : refusalOfGoal(goal)) ??
      (below?.parent.state.id === parentTaskId ? undefined : refusalBelow(below, (way) => [...way, id]));
    if (refusal) return err(refusal);
    const next = {
      ...this.current,
      ...read.value,
      ...(goal !== undefined && { goalId: goal?.id ?? null }),
      ...(below !== undefined && { parentTaskId: below?.parent.state.id ?? null }),
    };
    const changes = changesBetween(this.current, next, EDITABLE);
    if (Object.keys(changes).length === 0) return done;
    this.change(next);
    this.tell('task.updated', { changes });
    return done;
  }

  /**
   * Changes the status with its effects. Err: 409 `task.invalid-transition` with what is allowed, 422 `/reason` where one is
   * needed, 409 `task.blocked` with the blockers, `task.open-subtasks`, and `task.goal-closed`, `task.parent-closed` when it
   * would open under something closed. An override that was needed is noted with what it went past.
   */
  transition(to: TaskStatus, reason: string | null, around: Around, now: Date): Result<void> {
    const { status: from, percentComplete } = this.current;
    if (!TRANSITIONS[from].includes(to)) return err(invalidTransition(from, to));
    if (to === 'blocked' && reason === null)
      return err(invalid([fault('/reason', 'required', 'Say what blocks the task.')]));
    const refusal = this.refusalOf(to, around);
    if (refusal) return err(refusal);
    const next = {
      ...this.current,
      status: to,
      blockedReason: to === 'blocked' ? reason : null,
      completedAt: to === 'completed' ? now : null,
      percentComplete: to === 'completed' ? 100 : percentComplete,
    };
    const changes = changesBetween(this.current, next, ['status', 'blockedReason', 'completedAt', 'percentComplete']);
    if (needsClearWay(to) && around.blockers.length > 0)
      this.note({ override: { old: null, new: around.blockers.map(({ id }) => id) } });
    this.change(next);
    this.tell(factOf(to), { reason, changes, ...(!this.isOpen && { ended_with: null }) });
    return done;
  }

  private refusalOf(to: TaskStatus, around: Around): DomainError | undefined {
    const { goal, parent, blockers, openSubtasks, overrides } = around;
    if (!this.isOpen) return refusalOfGoal(goal) ?? refusalOfParent(parent);
    if (needsClearWay(to) && blockers.length > 0 && !overrides) return blockedBy(blockers);
    return to === 'completed' && openSubtasks.length > 0 ? hasOpenSubtasks(openSubtasks) : undefined;
  }

  /** Gives it to a member, or to nobody; in any state. Whoever has it already is no change. */
  assign(assignedTo: string | null): void {
    const { assignedTo: before } = this.current;
    if (before === assignedTo) return;
    this.change({ assignedTo });
    this.tell('task.assigned', { previous_assignee: before });
  }

  /** Has it wait for another one, which takes no new version. Err: 409 `task.cycle`, `task.already-depends`, `task.too-many-dependencies`. */
  dependOn(id: string, present: readonly string[], way: readonly string[] | null): Result<void> {
    const { id: own } = this.current;
    if (present.includes(id)) return err(alreadyDepends);
    if (way) return err(wouldCircle([own, ...way]));
    if (present.length >= MOST_DEPENDENCIES) return err(tooManyDependencies);
    this.tellDependencies(present, [...present, id]);
    return done;
  }

  /** Err: 404 when it does not depend on that one. */
  dependNoMore(id: string, present: readonly string[]): Result<void> {
    if (!present.includes(id)) return err(missing('task_dependency'));
    this.tellDependencies(
      present,
      present.filter((one) => one !== id),
    );
    return done;
  }

  private tellDependencies(before: readonly string[], after: readonly string[]): void {
    const changes = { dependencies: { old: before, new: after } };
    this.note(changes);
    this.tell('task.updated', { changes });
  }

  /** Hides it, with whatever else one deletion takes. */
  remove(deletionId: string, now: Date): void {
    this.change({ deletedAt: now, deletionId });
    this.tell('task.deleted', { deleted_with: null });
  }

  /**
   * Brings it back where it was. `goneGoalIds`: the deleted ones among the goals of all that would come back. Err: 409
   * `task.not-deleted`, `task.parent-deleted`, `task.goal-deleted`.
   */
  restore(parent: Task | null, goneGoalIds: readonly string[]): Result<void> {
    const { deletedAt, parentTaskId } = this.current;
    if (deletedAt === null) return err(conflict('task.not-deleted', 'The task is not deleted.'));
    if (parentTaskId !== null && !parent) return err(parentDeleted(parentTaskId));
    if (goneGoalIds.length > 0) return err(goalDeleted(goneGoalIds));
    this.change({ deletedAt: null, deletionId: null });
    this.tell('task.restored', { restored_with: null });
    return done;
  }

  /** `…_with` names the task or goal whose ending, deletion or restoration took this one along: none here. */
  private tell(type: TaskFact, more: Readonly<Record<string, unknown>>): void {
    const { id, goalId, title, status, priority, assignedTo, ownerId } = this.current;
    const details = { task_id: id, title, status, priority, assigned_to: assignedTo, owner_id: ownerId, ...more };
    this.facts.push({ type, ...(goalId !== null && { goalId }), details });
  }
}

const FRESH = {
  status: 'todo',
  blockedReason: null,
  completedAt: null,
  deletedAt: null,
  deletionId: null,
} as const satisfies Partial<TaskState>;

const refusalOfGoal = (goal: GoalOfTask | null | undefined): DomainError | undefined =>
  goal && !goal.isOpen ? goalClosed(goal) : undefined;

const refusalOfParent = (parent: Task | null): DomainError | undefined =>
  parent && !parent.isOpen ? parentClosed(parent.state) : undefined;

const refusalBelow = (
  below: Below | null | undefined,
  circle: (way: readonly string[]) => readonly string[],
): DomainError | undefined => {
  if (!below) return undefined;
  const { parent, levels, way } = below;
  if (way) return wouldCircle(circle(way));
  return refusalOfParent(parent) ?? (levels > DEEPEST ? tooDeep : undefined);
};
