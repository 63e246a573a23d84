import fc from 'fast-check';
import { A_BATCH } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';
import {
  nameOf,
  readEnvelope,
  type Envelope,
  type EnvelopeContext,
} from '#adapters/workflows/messaging/event-envelope';
import { decimal } from '#domain/shared/decimal';

const TENANT = '0192f0c1-7b1a-7c3e-9d2f-4a5b6c7d8e9f';
const OTHER = '0192f0c1-7b1a-7c3e-9d2f-4a5b6c7d8e90';
const now = new Date('2026-01-26T12:00:00.000Z');
const receivedAt = new Date('2026-01-26T11:59:59.500Z');
const bus: EnvelopeContext = { now, receivedAt, fallbackId: () => 'made-up' };
const http: EnvelopeContext = { ...bus, tenantId: TENANT };
const channel: EnvelopeContext = { ...bus, channel: 'contact.tag.added' };

const sent = {
  event_id: 'evt-1',
  event_type: 'payment.completed',
  tenant_id: TENANT,
  contact_id: 'c-42',
  occurred_at: '2026-01-26T11:00:00+01:00',
  source: 'shop',
  data: { product_id: 'p-9', amount: '150.00', currency: 'USD' },
};
const without = (...keys: string[]) => Object.fromEntries(Object.entries(sent).filter(([key]) => !keys.includes(key)));

const eventOf = (value: unknown, context = bus) => {
  const envelope = readEnvelope(value, context);
  if (envelope.kind !== 'event') throw new Error(JSON.stringify(envelope));
  return envelope.event;
};
const invalidOf = (value: unknown, context = bus): Envelope & { kind: 'invalid' } => {
  const envelope = readEnvelope(value, context);
  if (envelope.kind !== 'invalid') throw new Error(envelope.kind);
  return envelope;
};
const faultsOf = (value: unknown, context = bus) =>
  invalidOf(value, context).faults.map(({ pointer, code }) => `${pointer} ${code}`);
const dataFaults = (event_type: string, data: unknown) => faultsOf({ ...sent, event_type, data });
const ofJson = (text: string) => {
  const result = readJson(text, A_BATCH);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};

describe('reading an event', () => {
  it('reads the envelope', () => {
    expect(eventOf(sent)).toEqual({
      eventId: 'evt-1',
      eventType: 'payment.completed',
      tenantId: TENANT,
      contactId: 'c-42',
      occurredAt: new Date('2026-01-26T10:00:00Z'),
      source: 'shop',
      data: { product_id: 'p-9', amount: '150.00', currency: 'USD' },
      facts: { productId: 'p-9', amount: decimal('150'), currency: 'USD' },
    });
  });

  it.each([
    ['contact.tag.added', { tag_id: 't', tag_name: ' Cafe\u0301 ' }, { tagId: 't', tagName: 'Café' }],
    ['appointment.booked', { calendar_id: 'c', service_id: 's' }, { calendarId: 'c', serviceId: 's' }],
    ['form.submitted', { form_id: 'f' }, { formId: 'f' }],
    ['pipeline.stage.changed', { pipeline_id: 'p', stage_id: 's' }, { pipelineId: 'p', stageId: 's' }],
  ])('reads the facts of %s', (event_type, data, facts) => {
    expect(eventOf({ ...sent, event_type, data }).facts).toEqual(facts);
  });

  it('takes null for not given', () => {
    const nulls = {
      event_id: null,
      account_id: null,
      occurred_at: null,
      source: null,
      data: { form_id: null, x: null },
    };
    const event = eventOf({ ...sent, ...nulls, event_type: 'form.submitted' });
    expect(event).toMatchObject({ eventId: 'made-up', occurredAt: receivedAt, source: null, facts: {} });
    expect(event.data).toEqual({ form_id: null, x: null });
    expect(eventOf({ ...sent, data: null }).data).toEqual({});
  });

  it('takes the time of receipt when the event names none', () => {
    expect(eventOf(without('occurred_at')).occurredAt).toEqual(receivedAt);
  });

  it('takes the clock’s time when that of receipt is ahead of it', () => {
    const ahead = { ...bus, receivedAt: new Date(now.getTime() + 3 * 86_400_000) };
    expect(eventOf(without('occurred_at'), ahead).occurredAt).toEqual(now);
  });

  it('names an event without id by a hash, the same for every copy', () => {
    const raw = JSON.stringify(without('event_id'));
    expect(eventOf(JSON.parse(raw), { ...bus, fallbackId: () => nameOf(raw) }).eventId).toBe(nameOf(Buffer.from(raw)));
    expect(nameOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('keeps unknown keys in data, and ignores unknown fields on the bus', () => {
    const event = eventOf({ ...sent, trace: 7, data: { ...sent.data, utm: { a: [1] } } });
    expect(event.data).toEqual({ ...sent.data, utm: { a: [1] } });
    expect(event).not.toHaveProperty('trace');
  });

  it('refuses unknown fields over HTTP', () => {
    expect(faultsOf({ ...sent, 'a/b': 7 }, http)).toEqual(['/a~1b unknown-key']);
  });
});

describe('amounts', () => {
  const read = (amount: string) =>
    eventOf(
      ofJson(`{"event_type":"payment.completed","tenant_id":"${TENANT}","contact_id":"c","data":{"amount":${amount}}}`),
    );

  it.each([
    ['99.999999999999999999', '99.999999999999999999'],
    ['"99.999999999999999999"', '99.999999999999999999'],
    ['0.0000001', '0.0000001'],
    ['150.5', '150.5'],
    ['-5', '-5'],
    ['"007.50"', '007.50'],
  ])('reads %s by its own digits and shows it as text', (amount, text) => {
    expect(read(amount).facts.amount).toEqual(decimal(text));
    expect(read(amount).data).toEqual({ amount: text });
  });

  it.each([
    '"abc"',
    '""',
    '1e2',
    '1e999',
    '"1e2"',
    '"1,5"',
    'true',
    '[]',
    '{"digits":"5"}',
    '1234567890123456789',
    '"+1"',
  ])('refuses %s', (amount) => {
    expect(() => read(amount)).toThrow('/data/amount');
  });

  it('shows other exact numbers in data as text when written', () => {
    const text = `{"event_type":"form.submitted","tenant_id":"${TENANT}","contact_id":"c","data":{"n":[12345678901234567890]}}`;
    expect(JSON.stringify(eventOf(ofJson(text)).data)).toBe('{"n":["12345678901234567890"]}');
  });
});

describe('whose event it is', () => {
  it('reads account_id as tenant_id, and either case', () => {
    expect(eventOf({ ...without('tenant_id'), account_id: TENANT.toUpperCase() }).tenantId).toBe(TENANT);
    expect(eventOf({ ...sent, account_id: TENANT.toUpperCase() }).tenantId).toBe(TENANT);
  });

  it('refuses tenant_id and account_id that differ', () => {
    expect(invalidOf({ ...sent, account_id: OTHER })).toMatchObject({ tenantId: null, reason: 'invalid_event' });
    expect(faultsOf({ ...sent, account_id: OTHER })).toEqual(['/account_id contradictory']);
  });

  it('calls a message on the bus without tenant tenant_missing, whatever else is wrong', () => {
    const message = { ...without('tenant_id', 'contact_id'), occurred_at: '2027-01-01T00:00:00Z' };
    expect(invalidOf(message)).toMatchObject({ tenantId: null, eventId: 'evt-1', reason: 'tenant_missing' });
    expect(faultsOf(message)).toContain('/tenant_id tenant_missing');
  });

  it.each(['x', `{${TENANT}}`, TENANT.replaceAll('-', ''), 5, {}, `${TENANT}\n`])(
    'refuses the tenant %j',
    (tenant_id) => {
      expect(invalidOf({ ...sent, tenant_id })).toMatchObject({ tenantId: null, reason: 'invalid_event' });
      expect(faultsOf({ ...sent, tenant_id })).toEqual(['/tenant_id malformed']);
    },
  );

  it("takes the caller's tenant over HTTP", () => {
    expect(eventOf(without('tenant_id'), http).tenantId).toBe(TENANT);
    expect(eventOf(sent, http).tenantId).toBe(TENANT);
  });

  it.each(['tenant_id', 'account_id'])('refuses another %s than the caller’s over HTTP', (key) => {
    const message = { ...without('tenant_id'), [key]: OTHER };
    expect(faultsOf(message, http)).toEqual([`/${key} contradictory`]);
    expect(invalidOf(message, http).tenantId).toBe(TENANT);
  });
});

describe('the flat form on Pub/Sub', () => {
  const flat = { account_id: TENANT, contact_id: 'c-1', tag_id: 't', tag_name: 'Purchased', extra: 1 };

  it('takes the type from the channel and data from beside contact_id', () => {
    expect(eventOf(flat, channel)).toMatchObject({
      eventType: 'contact.tag.added',
      data: { tag_id: 't', tag_name: 'Purchased', extra: 1 },
      facts: { tagId: 't', tagName: 'Purchased' },
    });
  });

  it('names faults where they stand', () => {
    expect(faultsOf({ ...flat, tag_id: 7 }, channel)).toEqual(['/tag_id malformed']);
  });

  it('takes the envelope there too', () => {
    const message = { ...sent, event_type: 'contact.tag.added', data: { tag_id: 't' } };
    expect(eventOf(message, channel).data).toEqual({ tag_id: 't' });
  });

  it('refuses a type that is not the channel’s', () => {
    expect(faultsOf(sent, channel)).toEqual(['/event_type contradictory']);
  });

  it('is not read elsewhere', () => {
    expect(eventOf({ ...flat, event_type: 'contact.tag.added' }).facts).toEqual({});
  });
});

describe('what is no event', () => {
  it('ignores types that are none of the five, without judging the rest', () => {
    const message = { event_type: 'contact.created', tenant_id: TENANT, contact_id: 5, occurred_at: 'x' };
    expect(readEnvelope(message, bus)).toEqual({ kind: 'ignored', eventId: 'made-up', tenantId: TENANT });
    expect(readEnvelope({ event_type: 'toString' }, http)).toMatchObject({ kind: 'ignored', tenantId: TENANT });
  });

  it('judges the tenant first: of a type unknown or not, what names none belongs to nobody', () => {
    expect(invalidOf({ event_type: 'x', event_id: 'e', contact_id: 5 })).toMatchObject({
      ...{ eventId: 'e', tenantId: null, reason: 'tenant_missing' },
      faults: [{ pointer: '/tenant_id' }],
    });
    expect(faultsOf({ event_type: 'x', tenant_id: 'y' })).toEqual(['/tenant_id malformed']);
  });

  it.each([null, 5, 'text', true, [], [sent]])('refuses %j', (value) => {
    expect(faultsOf(value)).toEqual([' wrong-type']);
    expect(invalidOf(value, http)).toMatchObject({ eventId: 'made-up', tenantId: TENANT, reason: 'invalid_event' });
  });

  it('does not take a number with many digits for an object', () => {
    expect(faultsOf(ofJson('1e400'))).toEqual([' wrong-type']);
    expect(faultsOf({ ...sent, data: ofJson('1e400') })).toEqual(['/data wrong-type']);
  });

  it('names every fault at once', () => {
    const message = {
      event_id: '',
      event_type: 'payment.completed',
      account_id: 'x',
      occurred_at: 'soon',
      source: 5,
      odd: 1,
    };
    const data = { product_id: 9, amount: '1e5', currency: 840 };
    expect(faultsOf({ ...message, data }, http)).toEqual([
      '/event_id malformed',
      '/account_id malformed',
      '/contact_id required',
      '/occurred_at malformed',
      '/source wrong-type',
      '/odd unknown-key',
      '/data/product_id malformed',
      '/data/amount malformed',
      '/data/currency malformed',
    ]);
    expect(invalidOf({ ...message, data }, http).eventId).toBeNull();
  });

  it.each([undefined, null])('needs an event_type (%j)', (event_type) => {
    expect(faultsOf({ ...sent, event_type })).toEqual(['/event_type required']);
  });

  it('needs an event_type that is a text', () => {
    expect(faultsOf({ ...sent, event_type: ['payment.completed'] })).toEqual(['/event_type malformed']);
  });

  it.each(['2026-01-26T10:00:00', '2026-02-30T10:00:00Z', 'infinity', 1769421600])(
    'refuses the time %j',
    (occurred_at) => {
      expect(faultsOf({ ...sent, occurred_at })).toEqual(['/occurred_at malformed']);
    },
  );

  it('takes an occurred_at 24 h ahead and refuses a later one as occurred_at_in_future', () => {
    expect(eventOf({ ...sent, occurred_at: '2026-01-27T12:00:00.000999Z' }).occurredAt.getTime()).toBe(
      now.getTime() + 864e5,
    );
    const late = { ...sent, occurred_at: '2026-01-27T12:00:00.001Z' };
    expect(invalidOf(late)).toMatchObject({ reason: 'occurred_at_in_future', eventId: 'evt-1', tenantId: TENANT });
    expect(faultsOf(late)).toEqual(['/occurred_at occurred_at_in_future']);
  });

  it.each([
    ['contact.tag.added', 'tag_id', 5],
    ['contact.tag.added', 'tag_name', ['a']],
    ['payment.completed', 'currency', {}],
    ['appointment.booked', 'calendar_id', true],
    ['appointment.booked', 'service_id', ''],
    ['form.submitted', 'form_id', 'x'.repeat(201)],
    ['pipeline.stage.changed', 'pipeline_id', 'a\nb'],
    ['pipeline.stage.changed', 'stage_id', 'a\u2028b'],
  ])('refuses in %s the %s %j', (event_type, key, value) => {
    expect(dataFaults(event_type, { [key]: value })).toEqual([`/data/${key} malformed`]);
  });

  it('looks only at the keys of its own type', () => {
    expect(eventOf({ ...sent, event_type: 'form.submitted', data: { amount: 'x', tag_id: 5 } }).facts).toEqual({});
  });

  it('counts ids in characters, 1 to 200', () => {
    expect(eventOf({ ...sent, contact_id: '😀'.repeat(200) }).contactId).toBe('😀'.repeat(200));
    expect(faultsOf({ ...sent, contact_id: '😀'.repeat(201) })).toEqual(['/contact_id malformed']);
    expect(faultsOf({ ...sent, event_id: 'e'.repeat(201) })).toEqual(['/event_id malformed']);
    expect(faultsOf({ ...sent, contact_id: 42 })).toEqual(['/contact_id malformed']);
  });

  it('never throws, whatever JSON it is given', () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(TENANT, 'payment.completed', '2026-01-26T10:00:00Z', '1.5', ofJson('1e400')),
    );
    const near = fc.record(
      {
        ...Object.fromEntries(Object.keys(sent).map((key) => [key, values])),
        event_type: fc.constantFrom(sent.event_type, 5, {}),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), fc.constantFrom(bus, http, channel), (value, context) => {
        const envelope = readEnvelope(value, context);
        expect(envelope.kind === 'invalid' ? envelope.faults.length : 1).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });
});
