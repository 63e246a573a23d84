import { Logger } from '@nestjs/common';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { VERSION } from '#infrastructure/config/version';
import { operationOf } from '#infrastructure/database/operation';
import { DiscreetSpans } from '#infrastructure/observability/discreet-spans';

const TELL_AGAIN_MS = 60_000;
const UNTOLD = { 'url.path': undefined, 'url.query': undefined };
const WATCHED = /^\/(health|metrics)/;
const CONSTANT = /'[^']*'/g;

const log = new Logger('Traces');
let toldAt = -Infinity;
setGlobalErrorHandler((failure) => {
  if (performance.now() - toldAt < TELL_AGAIN_MS) return;
  toldAt = performance.now();
  log.warn(`traces are lost: ${typeof failure === 'string' ? failure : failure.message}`);
});

/*
 * Loaded by `tracing.ts` alone, before everything that is traced; must import none of it (ADR 0063). A trace says what kind of
 * work was done and how long it took; whose it was and with which values is for the log and the database: no addresses or
 * queries, no parameters or constants of statements, no arguments of Redis' commands.
 *
 * The exporter reads its other settings (headers, timeouts) from the environment by their standard names, as the sampler does.
 */
new NodeTracerProvider({
  resource: defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'goal_service', 'service.version': VERSION }))
    .merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [new DiscreetSpans(new OTLPTraceExporter())],
}).register();

// What nobody asked for (the relay's look at the outbox, the wait for the next entry of a stream) would be a trace every moment.
registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      disableOutgoingRequestInstrumentation: true,
      ignoreIncomingRequestHook: ({ url = '' }) => WATCHED.test(url),
      startIncomingSpanHook: () => UNTOLD,
    }),
    new PgInstrumentation({
      requireParentSpan: true,
      ignoreConnectSpans: true,
      requestHook: (span, { query: { text } }) => {
        span.updateName(operationOf(text)).setAttribute('db.query.text', text.replaceAll(CONSTANT, '?'));
      },
    }),
    new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
  ],
});
