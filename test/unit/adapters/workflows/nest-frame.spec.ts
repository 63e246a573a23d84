import { readMessage, readRequest } from '#adapters/workflows/messaging/nest-frame';

const event = { event_type: 'form.submitted', tenant_id: 't', contact_id: 'c', data: { form_id: 'f' } };
const read = (message: unknown) => readMessage(Buffer.from(JSON.stringify(message)));
const nested = (levels: number): unknown => (levels === 0 ? 'deep' : { a: nested(levels - 1) });

describe('What Nest puts a frame around', () => {
  it('is read without it', () => {
    expect(read({ pattern: 'form.submitted', data: event })).toEqual({ ok: true, value: event });
  });

  it.each(['tenant_id', 'account_id', 'contact_id', 'event_type'])(
    'is no event that has a pattern beside %s',
    (key) => {
      const message = { [key]: 'x', pattern: 'checkout', data: { form_id: 'f' } };
      expect(read(message)).toEqual({ ok: true, value: message });
    },
  );

  it('may be as deep as without it, and nothing else deeper', () => {
    expect(read({ pattern: 'p', data: nested(32) })).toMatchObject({ ok: true });
    expect(read({ pattern: 'p', other: nested(32) })).toMatchObject({ ok: false, error: { code: 'too-deep' } });
  });

  it('is not looked for in what is no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"pattern":"p","data":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(readMessage(bytes)).toMatchObject({ ok: false, error: { code: 'not-utf8' } });
    expect(readRequest(bytes)).toBeUndefined();
  });

  it('is a request when it has an id', () => {
    const request = { pattern: 'p', data: { tenant_id: 't' }, id: '1' };
    expect(readRequest(Buffer.from(JSON.stringify(request)))).toEqual(request);
    for (const no of [{ ...request, id: 1 }, { data: {}, id: '1' }, { pattern: 'p', id: '1' }, null, []])
      expect(readRequest(Buffer.from(JSON.stringify(no)))).toBeUndefined();
  });
});
