import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DiscreetSpans } from '#infrastructure/observability/discreet-spans';

describe('The span of what failed', () => {
  it('says that it did, and not by which words', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new DiscreetSpans(exporter)] });
    const failure = new Error('invalid input syntax for type uuid: "somebody\'s word"');
    const span = provider.getTracer('test').startSpan('select');
    span.recordException(failure);
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message }).end();
    provider.getTracer('test').startSpan('insert').end();
    await provider.forceFlush();
    const [failed, well] = exporter.getFinishedSpans();
    expect(failed).toMatchObject({ name: 'select', events: [], status: { code: SpanStatusCode.ERROR } });
    expect(failed?.status.message).toBeUndefined();
    expect(well?.status).toEqual({ code: SpanStatusCode.UNSET });
  });
});
