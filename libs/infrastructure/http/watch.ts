import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';

const requests = new Counter({
  name: 'goal_service_requests_total',
  help: 'Requests answered. `route` is the pattern, not the address; "none" where no route was meant.',
  labelNames: ['method', 'route', 'status'],
});

const latency = new Histogram({
  name: 'goal_service_request_latency_seconds',
  help: 'From the arrival of a request to the end of its answer.',
  labelNames: ['method', 'route'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** Counts and times every answer, and names the span of a request that is traced. */
export const watch = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', ({ id, method, routeOptions: { url: route = 'none' } }, _reply, done) => {
    trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttributes({ 'http.route': route, request_id: id });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    requests.inc({ method, route, status: String(reply.statusCode) });
    latency.observe({ method, route }, reply.elapsedTime / 1000);
    done();
  });
};
