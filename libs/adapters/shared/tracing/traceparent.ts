import { isSpanContextValid, trace, type SpanContext } from '@opentelemetry/api';

/** Version, the two ids (neither all zeros) with the flags, and what versions to come may add. */
const SHAPE = /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/;

/**
 * Reads a W3C `traceparent` and answers it in the form of version 00, `00-<trace id>-<span id>-<flags>`; `null` when it is none,
 * which is nobody's fault: whatever carried it is good without.
 */
export const readTraceparent = (value: unknown): string | null => {
  const [, version, known, more] = (typeof value === 'string' ? SHAPE.exec(value) : null) ?? [];
  return known === undefined || (version === '00' && more !== undefined) ? null : `00-${known}`;
};

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** Of the span in hand; `null` where nothing is traced. */
export const activeTraceparent = (): string | null => {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? written(span) : null;
};

const written = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

/** What `readTraceparent` has answered, as a parent or a link of spans here. */
export const spanContextOf = (traceparent: string): SpanContext => {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};
