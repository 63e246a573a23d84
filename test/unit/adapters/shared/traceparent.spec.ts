import { readTraceparent, spanContextOf, traceIdOf } from '#adapters/shared/tracing/traceparent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const GOOD = `00-${TRACE}-${SPAN}-01`;

describe('A traceparent', () => {
  it.each([GOOD, `00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-ff`])('is read as it stands: %s', (text) => {
    expect(readTraceparent(text)).toBe(text);
  });

  it('of a version to come is read for what it shares with ours', () => {
    expect(readTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).toBe(GOOD);
    expect(readTraceparent(`01-${TRACE}-${SPAN}-01`)).toBe(GOOD);
  });

  it.each([
    undefined,
    null,
    7,
    [GOOD],
    '',
    GOOD.toUpperCase(),
    ` ${GOOD}`,
    `${GOOD}\n`,
    `${GOOD}-more`,
    `${GOOD}0`,
    `ff-${TRACE}-${SPAN}-01`,
    `0-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}g-01`,
    `00-${TRACE}-${SPAN}`,
    `cc-${TRACE}-${SPAN}-01.more`,
  ])('is not what is no text of that shape: %j', (value) => {
    expect(readTraceparent(value)).toBeNull();
  });

  it('says to which trace and span it belongs', () => {
    expect(traceIdOf(GOOD)).toBe(TRACE);
    expect(spanContextOf(GOOD)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true });
  });
});
