import { digitsOf } from '#adapters/shared/json/exact-number';
import { amountFrom } from '#domain/shared/decimal';
import { fault, type FieldFault } from '#domain/shared/errors';
import { below } from '#domain/shared/json';
import { isExternalId, tidyName } from '#domain/shared/text';
import type { EventFacts } from '#domain/workflows/contact-event';
import type { EventType } from '#domain/workflows/goal-type';

type Facts = { -readonly [Name in keyof EventFacts]: EventFacts[Name] };
type IdName = Exclude<keyof EventFacts, 'tagName' | 'amount' | 'currency'>;

/** Puts what the value says into the facts; answers what it should have been when it is something else. */
type Reader = (value: unknown, facts: Facts) => string | undefined;

export const ID_RULE = 'A text of 1 to 200 printable characters.';

const id =
  (name: IdName): Reader =>
  (value, facts) => {
    if (!isExternalId(value)) return ID_RULE;
    facts[name] = value;
    return undefined;
  };

/** A longer one is no name, and patterns would take long over it. */
const LONGEST_TAG_NAME = 1_000;

const tagName: Reader = (value, facts) => {
  if (typeof value !== 'string' || value.length > LONGEST_TAG_NAME) return 'A text of up to 1,000 characters.';
  facts.tagName = tidyName(value);
  return undefined;
};

const currency: Reader = (value, facts) => {
  if (typeof value !== 'string') return 'A text such as "USD".';
  facts.currency = value;
  return undefined;
};

const amount: Reader = (value, facts) => {
  const read = amountFrom(value);
  if (read === undefined) return 'A decimal of up to 18 digits before and after the point, without exponent.';
  facts.amount = read;
  return undefined;
};

/** The keys of `data` that criteria ask for (SPEC 4.2); all others are kept as they are. */
const READERS: Readonly<Record<EventType, readonly (readonly [key: string, read: Reader])[]>> = {
  'contact.tag.added': [
    ['tag_id', id('tagId')],
    ['tag_name', tagName],
  ],
  'payment.completed': [
    ['product_id', id('productId')],
    ['amount', amount],
    ['currency', currency],
  ],
  'appointment.booked': [
    ['calendar_id', id('calendarId')],
    ['service_id', id('serviceId')],
  ],
  'form.submitted': [['form_id', id('formId')]],
  'pipeline.stage.changed': [
    ['pipeline_id', id('pipelineId')],
    ['stage_id', id('stageId')],
  ],
};

/** What an event's data says about the things criteria ask for; `null` is not given. Faults are added to `faults`. */
export const readFacts = (
  eventType: EventType,
  data: Readonly<Record<string, unknown>>,
  pointer: string,
  faults: FieldFault[],
): EventFacts => {
  const facts: Facts = {};
  for (const [key, read] of READERS[eventType]) {
    const value = data[key] ?? undefined;
    const expected = value === undefined ? undefined : read(value, facts);
    if (expected !== undefined) faults.push(fault(below(pointer, key), 'malformed', expected));
  }
  return facts;
};

/** The data with a payment's amount as a string, so that no reader of it makes a double of the number again. */
export const shownData = (
  eventType: EventType,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const digits = eventType === 'payment.completed' ? digitsOf(data.amount) : undefined;
  return digits === undefined ? data : { ...data, amount: digits };
};
