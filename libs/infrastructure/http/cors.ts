import type { FastifyInstance } from 'fastify';

const EXPOSED = [
  ...['ETag', 'Location', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
  ...['X-Request-Id', 'Idempotency-Replayed', 'WWW-Authenticate'],
].join(', ');

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id',
  'Access-Control-Max-Age': '600',
};

/** Lets pages of these origins ask. Tokens stand in a header, never in a cookie: no credentials are allowed or needed. */
export const letOrigins = (fastify: FastifyInstance, origins: string): void => {
  const known = new Set(origins.split(',').map((origin) => origin.trim()));
  known.delete('');
  if (known.size === 0) return;
  fastify.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    void reply.header('Vary', 'Origin');
    if (origin === undefined || !known.has(origin)) return;
    void reply.headers({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
    const isPreflight = request.method === 'OPTIONS' && 'access-control-request-method' in request.headers;
    if (isPreflight) await reply.status(204).headers(PREFLIGHT).send();
  });
};
