import { amountFrom, decimal, decimalText, isAtLeast, isNegative, type Decimal } from '#domain/shared/decimal';
import { fitsGlob } from '#domain/shared/glob';
import { characters, composed, isExternalId, isPrintable, tidyName } from '#domain/shared/text';
import type { CatalogKind } from '#domain/workflows/catalog';
import type { EventFacts } from '#domain/workflows/contact-event';
import type { GoalType } from '#domain/workflows/goal-type';

export type CriterionKey =
  | 'tag_id'
  | 'tag_name'
  | 'tag_pattern'
  | 'product_id'
  | 'min_amount'
  | 'currency'
  | 'any_purchase'
  | 'calendar_id'
  | 'service_id'
  | 'any_appointment'
  | 'form_id'
  | 'pipeline_id'
  | 'stage_id';

/** One question that criteria can ask of an event. */
export interface Criterion {
  readonly key: CriterionKey;
  /** The canonical value, or `undefined` when what was sent is none. */
  readonly read: (raw: unknown) => string | true | undefined;
  /** What `read` accepts, to finish the sentence "… must be". */
  readonly form: string;
  readonly actual: (facts: EventFacts) => unknown;
  readonly holds: (expected: string, facts: EventFacts) => boolean;
  /** The kind of the catalog that an id belongs to. */
  readonly kind?: CatalogKind;
}

const externalId = (key: CriterionKey, kind: CatalogKind, fact: keyof EventFacts): Criterion => ({
  key,
  read: (raw) => (isExternalId(raw) ? raw : undefined),
  form: 'a text of 1 to 200 printable characters',
  actual: (facts) => facts[fact],
  holds: (expected, facts) => facts[fact] === expected,
  kind,
});

const anything = (key: CriterionKey): Criterion => ({
  key,
  read: (raw) => (raw === true ? true : undefined),
  form: 'true, false or null',
  actual: () => true,
  holds: () => true,
});

const readText = (raw: unknown, most: number, tidy: (text: string) => string): string | undefined => {
  if (typeof raw !== 'string' || !isPrintable(raw)) return undefined;
  const text = tidy(raw);
  return text !== '' && characters(text) <= most ? text : undefined;
};

const tagName: Criterion = {
  key: 'tag_name',
  read: (raw) => readText(raw, 200, tidyName),
  form: 'a text of 1 to 200 printable characters, not only blanks',
  actual: (facts) => facts.tagName,
  holds: (expected, facts) => facts.tagName === expected,
};

const tagPattern: Criterion = {
  key: 'tag_pattern',
  // Not trimmed: taking a blank off the end would make a pattern match more than it says.
  read: (raw) => readText(raw, 256, composed),
  form: 'a pattern of 1 to 256 printable characters, where * stands for any text and ? for one character',
  actual: (facts) => facts.tagName,
  holds: (pattern, facts) => facts.tagName !== undefined && fitsGlob(pattern, facts.tagName),
};

const readLeast = (raw: unknown): string | undefined => {
  const amount = amountFrom(raw);
  return amount === undefined || isNegative(amount) ? undefined : decimalText(amount);
};

const reaches = (amount: Decimal | undefined, least: Decimal | undefined): boolean =>
  amount !== undefined && least !== undefined && isAtLeast(amount, least);

const minAmount: Criterion = {
  key: 'min_amount',
  read: readLeast,
  form: 'a decimal number of up to 18 digits before and after the point, without exponent, not below 0',
  actual: (facts) => facts.amount && decimalText(facts.amount),
  holds: (least, facts) => reaches(facts.amount, decimal(least)),
};

const currency: Criterion = {
  key: 'currency',
  read: (raw) => (typeof raw === 'string' && /^[A-Z]{3}$/.test(raw) ? raw : undefined),
  form: 'three capital letters (ISO 4217)',
  actual: (facts) => facts.currency,
  holds: (expected, facts) => facts.currency === expected,
};

/** What can be asked for each goal type (SPEC 4.2). `currency` stands before `min_amount`: it is the cheaper question. */
export const CRITERIA_OF: Readonly<Record<GoalType, readonly Criterion[]>> = {
  tag_added: [externalId('tag_id', 'tags', 'tagId'), tagName, tagPattern],
  purchase_made: [externalId('product_id', 'products', 'productId'), currency, minAmount, anything('any_purchase')],
  appointment_booked: [
    externalId('calendar_id', 'calendars', 'calendarId'),
    externalId('service_id', 'services', 'serviceId'),
    anything('any_appointment'),
  ],
  form_submitted: [externalId('form_id', 'forms', 'formId')],
  pipeline_stage_reached: [
    externalId('pipeline_id', 'pipelines', 'pipelineId'),
    externalId('stage_id', 'stages', 'stageId'),
  ],
};
