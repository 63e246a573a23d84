import { decimalText, isNegative } from '#domain/shared/decimal';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { below, canonicalJson, isObject, type JsonObject } from '#domain/shared/json';
import { err, ok, type Result } from '#domain/shared/result';
import type { CatalogReference } from '#domain/workflows/catalog';
import type { ContactEvent, EventFacts } from '#domain/workflows/contact-event';
import { CRITERIA_OF, type CriterionKey } from '#domain/workflows/criterion';
import { EVENT_TYPE_OF, type GoalType } from '#domain/workflows/goal-type';

/**
 * What an event must say to reach a workflow goal: only the keys that were given, all of which must hold (SPEC 4.2). Always
 * in canonical form: names and patterns in NFC, names without blanks around, amounts as the shortest decimal text.
 */
export type Criteria = { readonly [K in CriterionKey]?: K extends `any_${string}` ? true : string };

/** How one criterion fared against one event; `actual` is `null` when the event does not say. */
export interface CriterionCheck {
  readonly criterion: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly passed: boolean;
}

const POINTER = '/criteria';

/** For types whose keys are all required; the others need at least one (SPEC 4.2). */
export const REQUIRED_CRITERIA: Partial<Record<GoalType, readonly CriterionKey[]>> = {
  form_submitted: ['form_id'],
  pipeline_stage_reached: ['pipeline_id', 'stage_id'],
};

/**
 * Reads criteria as they were sent, naming every fault at once below `/criteria`: unknown keys, values of the wrong form,
 * keys that are missing or exclude each other. `null`, and `false` for `any_…`, count as not given.
 */
export const readCriteria = (goalType: GoalType, raw: unknown): Result<Criteria> => {
  if (!isObject(raw)) return err(invalid([fault(POINTER, 'wrong-type', 'criteria must be an object.')]));
  const given = CRITERIA_OF[goalType].filter(({ key }) => isGiven(key, raw[key]));
  const faults = [
    ...unknownKeys(goalType, raw),
    ...missingKeys(goalType, raw),
    ...clashes(given.map(({ key }) => key)),
  ];
  const criteria: Partial<Record<CriterionKey, string | true>> = {};
  for (const { key, read, form } of given) {
    const value = read(raw[key]);
    if (value === undefined) faults.push(fault(below(POINTER, key), 'malformed', `${key} must be ${form}.`));
    else criteria[key] = value;
  }
  return faults.length > 0 ? err(invalid(faults)) : ok(criteria as Criteria);
};

const isGiven = (key: CriterionKey, value: unknown): boolean =>
  value !== null && value !== undefined && !(value === false && key.startsWith('any_'));

const keysOf = (goalType: GoalType): readonly CriterionKey[] => CRITERIA_OF[goalType].map(({ key }) => key);

const unknownKeys = (goalType: GoalType, raw: JsonObject): FieldFault[] => {
  const known: readonly string[] = keysOf(goalType);
  return Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => fault(below(POINTER, key), 'unknown-key', `Criteria of ${goalType} know only: ${known.join(', ')}.`));
};

const missingKeys = (goalType: GoalType, raw: JsonObject): FieldFault[] => {
  const required = REQUIRED_CRITERIA[goalType];
  if (required !== undefined)
    return required
      .filter((key) => !isGiven(key, raw[key]))
      .map((key) => fault(below(POINTER, key), 'required', `${goalType} needs ${key}.`));
  const keys = keysOf(goalType);
  if (keys.some((key) => isGiven(key, raw[key]))) return [];
  return [fault(POINTER, 'required', `Give at least one of: ${keys.join(', ')}.`)];
};

const clashes = (given: readonly CriterionKey[]): FieldFault[] => {
  const faults: FieldFault[] = [];
  const whole = given.find((key) => key.startsWith('any_'));
  if (whole !== undefined && given.length > 1)
    faults.push(fault(below(POINTER, whole), 'excluded', `${whole} excludes every other key.`));
  if (given.includes('currency') && !given.includes('min_amount'))
    faults.push(fault(below(POINTER, 'currency'), 'excluded', 'currency is only for use with min_amount.'));
  return faults;
};

/** One text per meaning: two goals of a type with the same one are the same goal (SPEC 4.2). */
export const canonicalCriteria = (criteria: Criteria): string => canonicalJson(criteria);

/** A negative amount is a refund, and a refund is no purchase (DECISIONS); a purchase may come without an amount. */
const isRefund = (goalType: GoalType, facts: EventFacts): boolean =>
  goalType === 'purchase_made' && facts.amount !== undefined && isNegative(facts.amount);

/** Condition 2 of SPEC 4.3: the event's type is the goal's and every criterion holds. */
export const matches = (goalType: GoalType, criteria: Criteria, event: ContactEvent): boolean => {
  if (event.eventType !== EVENT_TYPE_OF[goalType] || isRefund(goalType, event.facts)) return false;
  for (const { key, holds } of CRITERIA_OF[goalType]) {
    const expected = criteria[key];
    if (expected !== undefined && !holds(String(expected), event.facts)) return false;
  }
  return true;
};

/** `matches` one criterion at a time, to explain it; a refund shows as a criterion of its own. */
export const criterionChecks = (goalType: GoalType, criteria: Criteria, event: ContactEvent): CriterionCheck[] => {
  const checks = CRITERIA_OF[goalType].flatMap(({ key, actual, holds }): CriterionCheck[] => {
    const expected = criteria[key];
    if (expected === undefined) return [];
    const passed = holds(String(expected), event.facts);
    return [{ criterion: key, expected, actual: actual(event.facts) ?? null, passed }];
  });
  const { amount } = event.facts;
  if (amount !== undefined && isRefund(goalType, event.facts))
    checks.push({
      criterion: 'no_refund',
      expected: 'an amount of 0 or more',
      actual: decimalText(amount),
      passed: false,
    });
  return checks;
};

/** The ids in criteria that the tenant's catalog can be asked about. */
export const referencesOf = (goalType: GoalType, criteria: Criteria): CatalogReference[] =>
  CRITERIA_OF[goalType].flatMap(({ key, kind }): CatalogReference[] => {
    const id = criteria[key];
    if (kind === undefined || typeof id !== 'string') return [];
    const pipeline = kind === 'stages' && criteria.pipeline_id !== undefined && { pipelineId: criteria.pipeline_id };
    return [{ kind, externalId: id, ...pipeline, pointer: below(POINTER, key) }];
  });
