import fc from 'fast-check';
import { LosslessNumber } from 'lossless-json';
import { canonicalCriteria, criterionChecks, matches, readCriteria, referencesOf } from '#domain/workflows/criteria';
import { EVENT_TYPE_OF, EVENT_TYPES, GOAL_TYPES, isEventType, type GoalType } from '#domain/workflows/goal-type';
import { anEvent } from './builders';

const read = (goalType: GoalType, raw: unknown) => {
  const result = readCriteria(goalType, raw);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** Whether an event with this data meets these criteria, as a caller would send both. */
const meets = (goalType: GoalType, criteria: unknown, data: Record<string, unknown>): boolean =>
  matches(goalType, read(goalType, criteria), anEvent(EVENT_TYPE_OF[goalType], data));

describe('goal types (SPEC 4.2)', () => {
  it('listen to one event type each', () => {
    expect(GOAL_TYPES.map((type) => EVENT_TYPE_OF[type])).toEqual(EVENT_TYPES);
    expect(EVENT_TYPES).toEqual([
      'contact.tag.added',
      'payment.completed',
      'appointment.booked',
      'form.submitted',
      'pipeline.stage.changed',
    ]);
  });

  it('know no other event types', () => {
    expect([isEventType('form.submitted'), isEventType('form.viewed')]).toEqual([true, false]);
  });

  it('never match an event of another type', () => {
    expect(matches('appointment_booked', { any_appointment: true }, anEvent('payment.completed', {}))).toBe(false);
  });
});

describe('equality of criteria', () => {
  const key = (raw: unknown) => canonicalCriteria(read('purchase_made', raw));

  it('is that of a canonical form, not of raw JSON', () => {
    expect(key({ currency: 'EUR', min_amount: '0100.0', product_id: 'p', any_purchase: false })).toBe(
      key({ product_id: 'p', min_amount: 100, currency: 'EUR' }),
    );
    expect(canonicalCriteria(read('tag_added', { tag_name: 'cafe\u0301' }))).toBe(
      canonicalCriteria(read('tag_added', { tag_name: ' café', tag_id: null })),
    );
  });

  it('tells other criteria apart', () => {
    expect(key({ min_amount: '100' })).not.toBe(key({ min_amount: '100', currency: 'EUR' }));
  });
});

describe('matching', () => {
  it('all keys given must hold', () => {
    const criteria = { tag_id: 't', tag_name: 'vip' };
    expect(meets('tag_added', criteria, { tag_id: 't', tag_name: 'vip' })).toBe(true);
    expect(meets('tag_added', criteria, { tag_id: 't', tag_name: 'other' })).toBe(false);
    expect(meets('tag_added', criteria, { tag_name: 'vip' })).toBe(false);
  });

  it('tag names are exact after NFC and trim, and case-sensitive', () => {
    expect(meets('tag_added', { tag_name: 'café' }, { tag_name: ' cafe\u0301 ' })).toBe(true);
    expect(meets('tag_added', { tag_name: 'VIP' }, { tag_name: 'vip' })).toBe(false);
  });

  it('patterns are globs on the tag name, and match no event without one', () => {
    expect(meets('tag_added', { tag_pattern: 'vip-?*' }, { tag_name: ' vip-gold ' })).toBe(true);
    expect(meets('tag_added', { tag_pattern: 'vip-?*' }, { tag_name: 'vip-' })).toBe(false);
    expect(meets('tag_added', { tag_pattern: '*' }, { tag_id: 't' })).toBe(false);
  });

  it('min_amount is inclusive and compared as a decimal', () => {
    expect(meets('purchase_made', { min_amount: '100' }, { amount: '100.00' })).toBe(true);
    expect(meets('purchase_made', { min_amount: 100 }, { amount: '99.999999999999999999' })).toBe(false);
    expect(meets('purchase_made', { min_amount: '100' }, { amount: new LosslessNumber('99.999999999999999999') })).toBe(
      false,
    );
    expect(meets('purchase_made', { min_amount: '100' }, {})).toBe(false);
  });

  it('an event in another currency than asked, or without one, does not match; unasked any currency does', () => {
    const inEuro = { min_amount: '100', currency: 'EUR' };
    expect(meets('purchase_made', inEuro, { amount: '150', currency: 'EUR' })).toBe(true);
    expect(meets('purchase_made', inEuro, { amount: '150', currency: 'USD' })).toBe(false);
    expect(meets('purchase_made', inEuro, { amount: '150' })).toBe(false);
    expect(meets('purchase_made', { min_amount: '100' }, { amount: '150', currency: 'USD' })).toBe(true);
  });

  it('any_purchase needs no amount; a negative amount is no purchase', () => {
    expect(meets('purchase_made', { any_purchase: true }, {})).toBe(true);
    expect(meets('purchase_made', { any_purchase: true }, { amount: '0' })).toBe(true);
    expect(meets('purchase_made', { any_purchase: true }, { amount: '-0.01' })).toBe(false);
    expect(meets('purchase_made', { product_id: 'p' }, { product_id: 'p', amount: '-5' })).toBe(false);
    expect(meets('purchase_made', { min_amount: '0' }, { amount: '-5' })).toBe(false);
  });

  it('appointments, forms and stages are matched by their ids', () => {
    expect(meets('appointment_booked', { any_appointment: true }, {})).toBe(true);
    expect(
      meets('appointment_booked', { calendar_id: 'c', service_id: 's' }, { calendar_id: 'c', service_id: 's' }),
    ).toBe(true);
    expect(meets('appointment_booked', { calendar_id: 'c', service_id: 's' }, { calendar_id: 'c' })).toBe(false);
    expect(meets('form_submitted', { form_id: 'f' }, { form_id: 'f' })).toBe(true);
    expect(meets('form_submitted', { form_id: 'f' }, { form_id: 'F' })).toBe(false);
    const stage = { pipeline_id: 'p', stage_id: 's' };
    expect(meets('pipeline_stage_reached', stage, { pipeline_id: 'p', stage_id: 's' })).toBe(true);
    expect(meets('pipeline_stage_reached', stage, { pipeline_id: 'q', stage_id: 's' })).toBe(false);
  });

  it('a stored amount that is no decimal matches nothing', () => {
    expect(matches('purchase_made', { min_amount: 'much' }, anEvent('payment.completed', { amount: '5' }))).toBe(false);
  });
});

describe('checking criterion by criterion', () => {
  it('says of each key what was expected, what the event says, and whether it holds', () => {
    const criteria = read('purchase_made', { product_id: 'p', min_amount: '100', currency: 'EUR' });
    expect(
      criterionChecks('purchase_made', criteria, anEvent('payment.completed', { amount: '99.50', currency: 'EUR' })),
    ).toEqual([
      { criterion: 'product_id', expected: 'p', actual: null, passed: false },
      { criterion: 'currency', expected: 'EUR', actual: 'EUR', passed: true },
      { criterion: 'min_amount', expected: '100', actual: '99.5', passed: false },
    ]);
  });

  it('shows names, patterns and any_…', () => {
    const event = anEvent('contact.tag.added', { tag_name: ' vip ' });
    expect(criterionChecks('tag_added', { tag_name: 'vip', tag_pattern: 'x*' }, event)).toEqual([
      { criterion: 'tag_name', expected: 'vip', actual: 'vip', passed: true },
      { criterion: 'tag_pattern', expected: 'x*', actual: 'vip', passed: false },
    ]);
    expect(criterionChecks('appointment_booked', { any_appointment: true }, anEvent('appointment.booked'))).toEqual([
      { criterion: 'any_appointment', expected: true, actual: true, passed: true },
    ]);
  });

  it('names a refund', () => {
    expect(
      criterionChecks('purchase_made', { any_purchase: true }, anEvent('payment.completed', { amount: '-5' })),
    ).toEqual([
      { criterion: 'any_purchase', expected: true, actual: true, passed: true },
      { criterion: 'no_refund', expected: 'an amount of 0 or more', actual: '-5', passed: false },
    ]);
  });

  it('agrees with matching', () => {
    const id = fc.constantFrom('x', 'y');
    const amount = fc.constantFrom('-1', '0', '5', '10');
    const asked = fc.record({ product_id: id, min_amount: fc.constantFrom('0', '5') }, { requiredKeys: [] });
    const said = fc.record({ product_id: id, amount }, { requiredKeys: [] });
    fc.assert(
      fc.property(asked, said, (criteria, data) => {
        const event = anEvent('payment.completed', data);
        const everyCheck = criterionChecks('purchase_made', criteria, event).every(({ passed }) => passed);
        expect(matches('purchase_made', criteria, event)).toBe(everyCheck);
      }),
    );
  });
});

describe('references to the catalog', () => {
  it('are the ids named, each with its kind and where it stands', () => {
    expect(referencesOf('purchase_made', { product_id: 'p', min_amount: '5' })).toEqual([
      { kind: 'products', externalId: 'p', pointer: '/criteria/product_id' },
    ]);
    expect(referencesOf('tag_added', { tag_name: 'vip', tag_pattern: '*' })).toEqual([]);
    expect(referencesOf('appointment_booked', { calendar_id: 'c', service_id: 's' }).map(({ kind }) => kind)).toEqual([
      'calendars',
      'services',
    ]);
  });

  it('a stage names its pipeline', () => {
    expect(referencesOf('pipeline_stage_reached', { pipeline_id: 'p', stage_id: 's' })).toEqual([
      { kind: 'pipelines', externalId: 'p', pointer: '/criteria/pipeline_id' },
      { kind: 'stages', externalId: 's', pipelineId: 'p', pointer: '/criteria/stage_id' },
    ]);
  });
});
