import type { Schema } from '#adapters/shared/http/open-api';

const object = (properties: Readonly<Record<string, Schema>>, ...optional: readonly string[]): Schema => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const text: Schema = { type: 'string' };
const oneOf = (...words: readonly string[]): Schema => ({ type: 'string', enum: [...words] });

const part = object(
  {
    state: oneOf('ok', 'degraded', 'down', 'off'),
    age_seconds: { type: 'number', nullable: true, description: 'Since it last did what it is for.' },
    detail: text,
  },
  'detail',
);

const health = object({
  service: oneOf('goal_service'),
  version: text,
  status: oneOf('healthy', 'degraded', 'unhealthy'),
  uptime: { type: 'string', example: '12.34s' },
  database_connected: { type: 'boolean' },
  redis_connected: { type: 'boolean' },
  details: { type: 'object', additionalProperties: part },
});

const key = object({ kty: text, kid: text, alg: text, use: text, crv: text, x: text, y: text }, 'crv', 'x', 'y');

/** What the routes beside the API answer, by `operationId`. */
export const OPERATIONAL: Readonly<Record<string, Schema>> = {
  getHealth: health,
  getReadiness: health,
  getLiveness: object({ status: oneOf('alive') }),
  getKeySet: object({ keys: { type: 'array', items: key } }),
};
