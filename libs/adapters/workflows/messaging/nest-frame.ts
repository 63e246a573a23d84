import type { Result } from '#domain/shared/result';
import { ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson, type JsonProblem } from '#adapters/shared/json/strict-json';

/** What Nest's clients send on a channel: what was handed to them, with a frame around it. */
export interface NestRequest {
  readonly pattern: unknown;
  readonly data: unknown;
  /** Chosen by who asks; the reply carries it again. */
  readonly id: string;
}

const FRAME = { ...ONE_DOCUMENT, depth: ONE_DOCUMENT.depth + 1 };

/** An event has `data` too, and may have any key beside these. */
const OF_AN_EVENT = ['tenant_id', 'account_id', 'contact_id', 'event_type'];

/** Reads a message of a channel of events: what stands in the frame, or else the message itself. */
export const readMessage = (raw: Buffer): Result<unknown, JsonProblem> => {
  const framed = framedIn(raw);
  const isFrame = framed && !OF_AN_EVENT.some((key) => key in framed);
  return isFrame ? { ok: true, value: framed.data } : readJson(raw, ONE_DOCUMENT);
};

/** Reads a message of a channel of requests; `undefined` when nobody could answer it. */
export const readRequest = (raw: Buffer): NestRequest | undefined => {
  const framed = framedIn(raw);
  return framed && typeof framed.id === 'string' ? { ...framed, id: framed.id } : undefined;
};

/** With every digit of its numbers; what cannot be read so has no frame, and is refused as it stands. */
const framedIn = (raw: Buffer): (Omit<NestRequest, 'id'> & { readonly id?: unknown }) | undefined => {
  if (!raw.includes('"pattern"')) return undefined;
  const read = readJson(raw, FRAME);
  const value = read.ok ? (read.value as Partial<NestRequest> | null) : null;
  return typeof value === 'object' && value && 'pattern' in value && 'data' in value
    ? (value as NestRequest)
    : undefined;
};
