import { LosslessNumber } from 'lossless-json';
import { readCriteria } from '#domain/workflows/criteria';
import type { GoalType } from '#domain/workflows/goal-type';

const read = (goalType: GoalType, raw: unknown) => {
  const result = readCriteria(goalType, raw);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const faults = (goalType: GoalType, raw: unknown): string[] => {
  const result = readCriteria(goalType, raw);
  return result.ok ? [] : (result.error.fields ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('reading criteria', () => {
  it('keeps the keys that were given, in canonical form', () => {
    expect(read('tag_added', { tag_id: ' t-1 ', tag_name: ' cafe\u0301 ', tag_pattern: 'cafe\u0301 *' })).toEqual({
      tag_id: ' t-1 ',
      tag_name: 'café',
      tag_pattern: 'café *',
    });
    expect(read('purchase_made', { product_id: 'p', min_amount: '0100.50', currency: 'EUR' })).toEqual({
      product_id: 'p',
      min_amount: '100.5',
      currency: 'EUR',
    });
  });

  it('leaves a pattern with heaps of marks on a letter as it came', () => {
    const heaped = `a${'\u0315'.repeat(40)}\u0300`;
    expect(read('tag_added', { tag_pattern: heaped })).toEqual({ tag_pattern: heaped });
  });

  it('null, and false for any_…, count as not given', () => {
    expect(read('purchase_made', { product_id: 'p', min_amount: null, any_purchase: false })).toEqual({
      product_id: 'p',
    });
    expect(read('purchase_made', { product_id: null, any_purchase: true })).toEqual({ any_purchase: true });
    expect(faults('appointment_booked', { calendar_id: null, any_appointment: false })).toEqual(['/criteria required']);
  });

  it.each([null, undefined, 'form', 5, [], true])('refuses %p in place of an object', (raw) => {
    expect(faults('form_submitted', raw)).toEqual(['/criteria wrong-type']);
  });

  it('needs at least one key', () => {
    expect(faults('tag_added', {})).toEqual(['/criteria required']);
    expect(faults('purchase_made', {})).toEqual(['/criteria required']);
  });

  it('needs form_id, and both pipeline_id and stage_id', () => {
    expect(faults('form_submitted', {})).toEqual(['/criteria/form_id required']);
    expect(faults('pipeline_stage_reached', {})).toEqual([
      '/criteria/pipeline_id required',
      '/criteria/stage_id required',
    ]);
    expect(faults('pipeline_stage_reached', { stage_id: 's' })).toEqual(['/criteria/pipeline_id required']);
  });

  it('refuses unknown keys, each named by JSON pointer, null ones too', () => {
    const raw = JSON.parse('{"form_id": "f", "tag_id": "t", "a/b": 1, "nothing": null, "__proto__": {}}') as unknown;
    expect(faults('form_submitted', raw)).toEqual([
      '/criteria/tag_id unknown-key',
      '/criteria/a~1b unknown-key',
      '/criteria/nothing unknown-key',
      '/criteria/__proto__ unknown-key',
    ]);
  });

  it('any_… excludes the other keys of its type', () => {
    expect(faults('purchase_made', { any_purchase: true, product_id: 'p' })).toEqual([
      '/criteria/any_purchase excluded',
    ]);
    expect(faults('appointment_booked', { any_appointment: true, service_id: 's' })).toEqual([
      '/criteria/any_appointment excluded',
    ]);
  });

  it('takes a currency only with min_amount', () => {
    expect(faults('purchase_made', { product_id: 'p', currency: 'EUR' })).toEqual(['/criteria/currency excluded']);
  });

  it.each(['eur', 'EURO', 'E1R', '', 978])('refuses the currency %p', (currency) => {
    expect(faults('purchase_made', { min_amount: '1', currency })).toEqual(['/criteria/currency malformed']);
  });

  it.each(['', 'x'.repeat(201), 'a\u0000', 42, {}, ['f']])('refuses the external id %p', (form_id) => {
    expect(faults('form_submitted', { form_id })).toEqual(['/criteria/form_id malformed']);
  });

  it.each([
    ['tag_name', 200],
    ['tag_pattern', 256],
  ])('refuses a %s longer than %d characters', (key, most) => {
    expect(faults('tag_added', { [key]: '🎯'.repeat(most) })).toEqual([]);
    expect(faults('tag_added', { [key]: '🎯'.repeat(most + 1) })).toEqual([`/criteria/${key} malformed`]);
  });

  it.each(['', 5, 'line\nbreak'])('refuses the tag name and the pattern %j', (text) => {
    expect(faults('tag_added', { tag_name: text, tag_pattern: text })).toEqual([
      '/criteria/tag_name malformed',
      '/criteria/tag_pattern malformed',
    ]);
  });

  it('refuses a tag name of nothing but blanks', () => {
    expect(faults('tag_added', { tag_name: '  ' })).toEqual(['/criteria/tag_name malformed']);
  });

  it.each([
    ['150.00', '150'],
    [150, '150'],
    [0.5, '0.5'],
    [new LosslessNumber('99.999999999999999999'), '99.999999999999999999'],
    ['999999999999999999.999999999999999999', '999999999999999999.999999999999999999'],
  ])('reads the amount %p by its own digits', (min_amount, canonical) => {
    expect(read('purchase_made', { min_amount })).toEqual({ min_amount: canonical });
  });

  it.each(['1e3', 1e21, new LosslessNumber('1E2'), '-1', -1, '', 'ten', '1'.repeat(19), true, {}])(
    'refuses the amount %p',
    (min_amount) => {
      expect(faults('purchase_made', { min_amount })).toEqual(['/criteria/min_amount malformed']);
    },
  );

  it('refuses an any_… that is no boolean', () => {
    expect(faults('purchase_made', { any_purchase: 'yes' })).toEqual(['/criteria/any_purchase malformed']);
  });

  it('names all faults at once', () => {
    expect(faults('purchase_made', { product_id: 7, currency: 'euro', any_purchase: 1, colour: 'red' }).sort()).toEqual(
      [
        '/criteria/any_purchase excluded',
        '/criteria/any_purchase malformed',
        '/criteria/colour unknown-key',
        '/criteria/currency excluded',
        '/criteria/currency malformed',
        '/criteria/product_id malformed',
      ],
    );
  });
});
