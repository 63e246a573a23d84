import { Aggregate, firstVersion, type Versioned } from '#domain/shared/aggregate';
import { changesBetween } from '#domain/shared/changes';
import { conflict, fault, invalid } from '#domain/shared/errors';
import { done, err, faultsOf, ok, type Result } from '#domain/shared/result';
import { characters, isPrintable, tidyName } from '#domain/shared/text';
import type { GoalLogic } from '#domain/workflows/goal-type';
import type { WorkflowFact } from '#domain/workflows/outgoing';
import { readSteps, type Step } from '#domain/workflows/steps';

/** `draft → active ⇄ paused` (SPEC 4.1). */
export const WORKFLOW_STATUSES = ['draft', 'active', 'paused'] as const;
export type WorkflowStatus = (typeof WORKFLOW_STATUSES)[number];

export interface WorkflowState extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly status: WorkflowStatus;
  readonly goalLogic: GoalLogic;
  readonly steps: readonly Step[];
  /** From here on, changed goals count from the moment of their change. `null`: never active so far. */
  readonly firstActivatedAt: Date | null;
  readonly deletedAt: Date | null;
}

/** The fields a caller may write; `steps` as they were sent. */
export interface WorkflowFields {
  readonly name: string;
  readonly description: string | null;
  readonly goalLogic: GoalLogic;
  readonly steps: unknown;
}

/** One reason why a workflow cannot be activated. */
export interface ActivationReason {
  readonly workflow_goal_id: string;
  readonly code: string;
  readonly detail: string;
}

const SHORTEST_NAME = 3;
const LONGEST_NAME = 100;
const EDITABLE = ['name', 'description', 'goalLogic', 'steps'] as const;

/** An automation that contacts run through (SPEC 4.1). Actions that change nothing raise no fact. */
export class Workflow extends Aggregate<WorkflowState, WorkflowFact> {
  /** A new draft. Faults: `/name` (3 to 100 characters after NFC and trim), `/steps/…`. */
  static create(id: string, tenantId: string, by: string | null, fields: WorkflowFields, now: Date): Result<Workflow> {
    const read = readFields(fields);
    if (!read.ok) return read;
    const workflow = new Workflow(
      {
        ...firstVersion(id, tenantId, by, now),
        ...read.value,
        status: 'draft',
        firstActivatedAt: null,
        deletedAt: null,
      },
      null,
    );
    workflow.tell('workflow.created');
    return ok(workflow);
  }

  /** Changes the fields given, in any state; what is the same already is no change. */
  edit(fields: Partial<WorkflowFields>): Result<void> {
    const { name, description, goalLogic, steps } = this.current;
    const read = readFields({ name, description, goalLogic, steps, ...fields });
    if (!read.ok) return read;
    const next = { ...this.current, ...read.value };
    const changes = changesBetween(this.current, next, EDITABLE);
    if (Object.keys(changes).length === 0) return done;
    this.change(next);
    this.tell('workflow.updated', { changes });
    return done;
  }

  /** Refused with every reason at once when goals refer to what the catalog no longer has (409). */
  activate(reasons: readonly ActivationReason[], now: Date): Result<void> {
    if (this.current.status === 'active') return done;
    if (reasons.length > 0) return err(cannotActivate(reasons));
    this.change({ status: 'active', firstActivatedAt: this.current.firstActivatedAt ?? now });
    this.tell('workflow.activated');
    return done;
  }

  pause(): Result<void> {
    if (this.current.status === 'paused') return done;
    if (this.current.status === 'draft')
      return err(
        conflict('workflow.not-active', 'A draft has nothing to pause; only an active workflow can be paused.'),
      );
    this.change({ status: 'paused' });
    this.tell('workflow.paused');
    return done;
  }

  /** Hides it from any state; ending its open enrollments is the use case's. */
  remove(now: Date): void {
    this.change({ deletedAt: now });
    this.tell('workflow.deleted');
  }

  /** Brings it back as `paused`; enrollments that ended with it stay ended. */
  restore(): Result<void> {
    if (this.current.deletedAt === null) return err(conflict('workflow.not-deleted', 'The workflow is not deleted.'));
    this.change({ deletedAt: null, status: 'paused' });
    this.tell('workflow.restored');
    return done;
  }

  private tell(type: WorkflowFact, more?: Readonly<Record<string, unknown>>): void {
    const { id, name, status, goalLogic } = this.current;
    this.facts.push({ type, details: { workflow_id: id, name, status, goal_logic: goalLogic, ...more } });
  }
}

const cannotActivate = (reasons: readonly ActivationReason[]) =>
  conflict('workflow.cannot-activate', 'Goals of the workflow refer to things the catalog does not have.', { reasons });

type ReadFields = Pick<WorkflowState, (typeof EDITABLE)[number]>;

const readFields = ({ name, description, goalLogic, steps }: WorkflowFields): Result<ReadFields> => {
  const readable = { name: readName(name), steps: readSteps(steps) };
  if (readable.name.ok && readable.steps.ok)
    return ok({ name: readable.name.value, description, goalLogic, steps: readable.steps.value });
  return err(invalid([...faultsOf(readable.name), ...faultsOf(readable.steps)]));
};

const readName = (raw: string): Result<string> => {
  const name = tidyName(raw);
  const length = characters(name);
  if (length >= SHORTEST_NAME && length <= LONGEST_NAME && isPrintable(name)) return ok(name);
  return err(invalid([fault('/name', 'malformed', 'name must have 3 to 100 printable characters.')]));
};
