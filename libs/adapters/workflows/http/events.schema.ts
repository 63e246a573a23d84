import { EVENT_TYPES } from '#domain/workflows/goal-type';
import type { Schema } from '#adapters/shared/http/open-api';

/** The envelope as the document shows it; `readEnvelope` is what reads it. */
export const eventSchema: Schema = {
  type: 'object',
  required: ['event_type', 'contact_id'],
  properties: {
    event_id: {
      type: 'string',
      maxLength: 200,
      description: 'Names and credits the event. Missing: a hash of what was sent.',
    },
    event_type: {
      type: 'string',
      example: EVENT_TYPES[1],
      description: `One of ${EVENT_TYPES.join(', ')}; others are ignored.`,
    },
    tenant_id: { type: 'string', format: 'uuid', description: 'The caller’s own, if given at all.' },
    contact_id: { type: 'string', maxLength: 200 },
    occurred_at: { type: 'string', format: 'date-time', description: 'Missing: now. At most 24 hours ahead.' },
    source: { type: 'string' },
    data: { type: 'object', additionalProperties: true },
  },
  example: {
    event_id: 'evt-1',
    event_type: 'payment.completed',
    contact_id: 'c-42',
    source: 'shop',
    data: { product_id: 'p-9', amount: '150.00', currency: 'USD' },
  },
};

export const eventsSchema: Schema = {
  oneOf: [
    eventSchema,
    {
      type: 'object',
      required: ['events'],
      properties: { events: { type: 'array', minItems: 1, maxItems: 1000, items: eventSchema } },
    },
  ],
};
