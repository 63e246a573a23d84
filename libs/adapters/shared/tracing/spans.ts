import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { spanContextOf } from '#adapters/shared/tracing/traceparent';

/** Without an SDK (ADR 0063) its spans are nothing, and cost next to nothing. */
const tracer = trace.getTracer('goal-service');

/** Does something in a span below the one in hand. */
export const inSpan = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  tracer.startActiveSpan(name, (span) => ended(span, work));

/**
 * Does something with a batch of messages, whose `traceparent`s (`null`: it has none) these are. What all have in common is the
 * parent, so that a message alone is one trace from end to end; otherwise the span begins a trace of its own, with links to theirs.
 */
export const inBatchSpan = <T>(
  name: string,
  traceparents: readonly (string | null)[],
  work: () => Promise<T>,
): Promise<T> => {
  const origins = new Set(traceparents);
  const contexts = [...origins].flatMap((origin) => (origin === null ? [] : [spanContextOf(origin)]));
  const [only] = contexts;
  const isOne = only !== undefined && origins.size === 1;
  return tracer.startActiveSpan(
    name,
    {
      kind: SpanKind.CONSUMER,
      attributes: { 'messaging.batch.message_count': traceparents.length },
      links: isOne ? [] : contexts.map((context) => ({ context })),
    },
    isOne ? trace.setSpanContext(ROOT_CONTEXT, only) : ROOT_CONTEXT,
    (span) => ended(span, work),
  );
};

/** Its failure is named by its class or code alone: the text may quote what was handed in. */
const ended = async <T>(span: Span, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (failure) {
    const { name, code = name } = failure as { readonly name?: string; readonly code?: string };
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code ?? 'unknown');
    throw failure;
  } finally {
    span.end();
  }
};
