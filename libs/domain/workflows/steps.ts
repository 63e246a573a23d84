import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { below, isObject, type JsonObject } from '#domain/shared/json';
import { err, ok, type Result } from '#domain/shared/result';
import { LAST_TIME, readTime } from '#domain/shared/times';

/** What a step can ask the engine outside to do (SPEC 4.1). */
export const ACTION_TYPES = ['send_email', 'send_sms', 'add_tag', 'webhook', 'custom'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

/** The kinds of a pending action: an action, or a wait for a time to come. */
export const PENDING_ACTION_TYPES = [...ACTION_TYPES, 'wait'] as const;
export type PendingActionType = (typeof PENDING_ACTION_TYPES)[number];

/**
 * One step of a workflow, written as it is shown. A `duration` is an ISO 8601 one of weeks, days, hours, minutes and seconds
 * (`P2D`, `PT36H`): the form other automation tools exchange, exact in UTC, and readable in an answer. Months and years are
 * left out because their length depends on the day they start. `until` is a time in UTC.
 */
export type Step =
  | { readonly type: 'action'; readonly action: ActionType; readonly config?: JsonObject }
  | { readonly type: 'wait'; readonly duration: string }
  | { readonly type: 'wait'; readonly until: string };

/** A step of one enrollment, with the time from which it may be handed out (a wait: at which it is over). */
export interface PlannedAction {
  /** From 1, in the order in which the steps go. */
  readonly position: number;
  readonly actionType: PendingActionType;
  readonly scheduledAt: Date;
  readonly config: JsonObject | null;
}

export const MOST_STEPS = 100;

const DURATION =
  /^P(?=[^T]|T\d)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;
const MILLISECONDS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;
const LONGEST_WAIT = 3_650 * 86_400_000;

/** Milliseconds of an ISO 8601 duration, `undefined` when it is none or longer than ten years (3,650 days). */
export const durationOf = (text: string): number | undefined => {
  const parts = DURATION.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  const total = MILLISECONDS.reduce((sum, unit, index) => sum + Number(parts[index] ?? 0) * unit, 0);
  return total <= LONGEST_WAIT ? total : undefined;
};

/** Reads a workflow's steps as they were sent, naming every fault at once (`/steps/0/action`). At most 100. */
export const readSteps = (raw: unknown): Result<Step[]> => {
  if (!Array.isArray(raw)) return err(invalid([fault('/steps', 'wrong-type', 'steps must be a list.')]));
  if (raw.length > MOST_STEPS)
    return err(invalid([fault('/steps', 'too-many', `A workflow has at most ${MOST_STEPS} steps.`)]));
  const faults: FieldFault[] = [];
  const steps = raw.flatMap((one: unknown, index) => {
    const step = readStep(one, below('/steps', index));
    faults.push(...step.faults);
    return step.value;
  });
  return faults.length > 0 ? err(invalid(faults)) : ok(steps);
};

interface Reading {
  readonly value: readonly Step[];
  readonly faults: readonly FieldFault[];
}

const read = (value: Step, faults: readonly FieldFault[]): Reading => ({ value: [value], faults });
const unreadable = (...faults: FieldFault[]): Reading => ({ value: [], faults });

const readStep = (raw: unknown, at: string): Reading => {
  if (!isObject(raw)) return unreadable(fault(at, 'wrong-type', 'A step must be an object.'));
  if (raw.type === 'action') return readAction(raw, at);
  if (raw.type === 'wait') return readWait(raw, at);
  return unreadable(fault(below(at, 'type'), 'malformed', 'type must be action or wait.'));
};

const unknownKeys = (raw: JsonObject, at: string, known: readonly string[]): FieldFault[] =>
  Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => fault(below(at, key), 'unknown-key', `This step knows only: ${known.join(', ')}.`));

const readAction = (raw: JsonObject, at: string): Reading => {
  const faults = unknownKeys(raw, at, ['type', 'action', 'config']);
  const action = ACTION_TYPES.find((one) => one === raw.action);
  const config = raw.config ?? undefined;
  if (config !== undefined && !isObject(config))
    faults.push(fault(below(at, 'config'), 'wrong-type', 'config must be an object.'));
  if (action === undefined)
    return unreadable(
      ...faults,
      fault(below(at, 'action'), 'malformed', `action must be one of: ${ACTION_TYPES.join(', ')}.`),
    );
  return read({ type: 'action', action, ...(isObject(config) && { config }) }, faults);
};

const readWait = (raw: JsonObject, at: string): Reading => {
  const faults = unknownKeys(raw, at, ['type', 'duration', 'until']);
  const duration = raw.duration ?? undefined;
  const until = raw.until ?? undefined;
  if ((duration === undefined) === (until === undefined))
    return unreadable(...faults, fault(at, 'required', 'A wait needs either duration or until, not both.'));
  if (duration !== undefined) {
    if (typeof duration === 'string' && durationOf(duration) !== undefined)
      return read({ type: 'wait', duration }, faults);
    const form =
      'duration must be an ISO 8601 duration of weeks, days, hours, minutes or seconds (P2D, PT36H), at most P3650D.';
    return unreadable(...faults, fault(below(at, 'duration'), 'malformed', form));
  }
  const time = typeof until === 'string' ? readTime(until) : undefined;
  if (time !== undefined) return read({ type: 'wait', until: time.toISOString() }, faults);
  return unreadable(
    ...faults,
    fault(below(at, 'until'), 'malformed', 'until must be an RFC 3339 time with an offset.'),
  );
};

/**
 * The pending actions of a new enrollment: each due at `enrolledAt` plus the waits before it (SPEC 4.4). A wait `until` a
 * time that has passed is over at once; time never runs backwards along the steps, nor beyond what can be written.
 */
export const planActions = (steps: readonly Step[], enrolledAt: Date): PlannedAction[] => {
  let due = enrolledAt.getTime();
  return steps.map((step, index) => {
    if (step.type === 'wait') due = Math.min(LAST_TIME, Math.max(due, endOfWait(step, due)));
    return { position: index + 1, scheduledAt: new Date(due), ...kindOf(step) };
  });
};

const endOfWait = (wait: Extract<Step, { type: 'wait' }>, from: number): number => {
  if ('until' in wait) return Date.parse(wait.until);
  const duration = durationOf(wait.duration);
  // To skip a wait would carry out what follows at once; better to plan nothing.
  if (duration === undefined) throw new Error(`a stored duration must be readable: ${wait.duration}`);
  return from + duration;
};

const kindOf = (step: Step): Pick<PlannedAction, 'actionType' | 'config'> => {
  if (step.type === 'action') return { actionType: step.action, config: step.config ?? null };
  const { type, ...config } = step;
  return { actionType: type, config };
};
