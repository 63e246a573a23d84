import type { DeadLetter } from '#application/workflows/ports/dead-letters';
import { DeadLetterReader } from '#adapters/workflows/messaging/dead-letter-reader';

const TENANT = '11111111-1111-4111-8111-111111111111';
const RECEIVED = new Date('2026-01-26T10:00:00.000Z');
const NOW = new Date('2026-02-26T10:00:00.000Z');

const read = (raw: unknown, changes: Partial<DeadLetter> = {}) =>
  new DeadLetterReader().read(
    {
      way: 'stream',
      origin: 'goal-service:events:in:0/1-0',
      tenantId: TENANT,
      reason: 'invalid_event',
      detail: '',
      raw: Buffer.from(typeof raw === 'string' ? raw : JSON.stringify(raw)),
      receivedAt: RECEIVED,
      ...changes,
    },
    NOW,
  );

const EVENT = { event_type: 'form.submitted', tenant_id: TENANT, contact_id: 'c-1', data: { form_id: 'f-1' } };

describe('reading a dead letter once more', () => {
  it('takes the time it was first received when the event names none', () => {
    expect(read(EVENT)).toMatchObject({ ok: true, value: { occurredAt: RECEIVED, facts: { formId: 'f-1' } } });
  });

  it('names an event without an id after its bytes, as on its way in', () => {
    const [one, same] = [read(EVENT), read(EVENT)];
    expect(one).toEqual(same);
    expect(one).toMatchObject({ value: { eventId: expect.stringMatching(/^[0-9a-f]{64}$/) as string } });
  });

  it('takes the type and the flat form from the channel of a Pub/Sub message', () => {
    const flat = { tenant_id: TENANT, contact_id: 'c-1', form_id: 'f-1' };
    const channel = { way: 'pubsub', origin: 'form.submitted/abc' } as const;
    expect(read(flat, channel)).toMatchObject({
      ok: true,
      value: { eventType: 'form.submitted', facts: { formId: 'f-1' } },
    });
    expect(read(flat)).toMatchObject({ ok: false });
  });

  it('takes the frame of Nest from a message of a channel, and from no other', () => {
    const framed = { pattern: 'form.submitted', data: EVENT };
    const channel = { way: 'pubsub', origin: 'form.submitted/abc' } as const;
    expect(read(framed, channel)).toMatchObject({ ok: true, value: { facts: { formId: 'f-1' } } });
    expect(read(framed)).toMatchObject({ ok: false });
  });

  it('says what is none of the five types', () => {
    expect(read({ ...EVENT, event_id: 'evt-1', event_type: 'other' })).toEqual({
      ok: true,
      value: { ignored: 'evt-1' },
    });
  });

  it.each([
    ['what is no JSON', '{', 'not-json'],
    ['a key that may not come in', '{"__proto__":{}}', 'forbidden-key'],
    ['what is no event', '[]', 'wrong-type'],
  ])('names the fault of %s', (_, raw, code) => {
    expect(read(raw)).toMatchObject({ ok: false, error: { kind: 'invalid', fields: [{ code }] } });
  });
});
