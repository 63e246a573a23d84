import { createHmac, timingSafeEqual } from 'node:crypto';
import { ok } from '#domain/shared/result';
import { ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';
import { readMessage } from '#adapters/workflows/messaging/nest-frame';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

/** A key that producers sign with, and the tenant whose events it may hand in: `*` is all of them. */
export interface EventKey {
  readonly id: string;
  readonly secret: string;
  readonly tenantId: string;
}

/** A message whose signature was found good, or that needs none: the event's own bytes, and of which tenant it may be. */
export interface Opened {
  readonly raw: Buffer;
  readonly tenantId: string;
}

/** A request in the name of that tenant, or of any. */
export interface OpenedRequest {
  readonly value: unknown;
  readonly tenantId: string;
}

const ANY = '*';

/** Reads `EVENT_SIGNING_KEYS`: `key_id:secret:tenant_id|*`, with commas between; `undefined` when it is none. */
export const readEventKeys = (text: string): readonly EventKey[] | undefined => {
  const keys = text
    .split(',')
    .filter((one) => one !== '')
    .map((one) => /^([\w.-]{1,64}):([^:,\s]{16,}):(\*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(one.trim()));
  if (keys.includes(null)) return undefined;
  return keys.map((found) => {
    const [, id = '', secret = '', tenantId = ''] = found ?? [];
    return { id, secret, tenantId };
  });
};

/**
 * Messages from the bus where producers sign them (API, *Messages coming in*): the lower-case hex HMAC-SHA256 of the event's
 * bytes, on a stream in the fields `key_id` and `signature`, on a channel and in a request beside the event as text in `signed`. Without keys nothing
 * is asked for, and it costs nothing.
 */
export class Signatures {
  private readonly keys: ReadonlyMap<string, EventKey>;

  constructor(keys: readonly EventKey[]) {
    this.keys = new Map(keys.map((key) => [key.id, key]));
  }

  /** `undefined` when it is not signed, or not by what we know. */
  open(message: RawMessage): Opened | undefined {
    if (this.keys.size === 0) return { raw: message.raw, tenantId: ANY };
    return this.unseal(message.channel ? sealOf(readMessage(message.raw)) : message);
  }

  /** The same for what a request carries; its answer is what was signed, read. */
  openRequest(data: unknown): OpenedRequest | undefined {
    if (this.keys.size === 0) return { value: data, tenantId: ANY };
    const opened = this.unseal(sealOf(ok(data)));
    if (!opened) return undefined;
    const read = readJson(opened.raw, ONE_DOCUMENT);
    return read.ok ? { value: read.value, tenantId: opened.tenantId } : undefined;
  }

  private unseal({ raw, keyId, signature }: Partial<Seal>): Opened | undefined {
    const key = this.keys.get(keyId ?? '');
    if (!key || raw === undefined || signature === undefined) return undefined;
    const right = Buffer.from(createHmac('sha256', key.secret).update(raw).digest('hex'));
    // As bytes: of one with as many characters there may be more of them.
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right) ? { raw, tenantId: key.tenantId } : undefined;
  }
}

/** Whether a signer who may speak for one tenant, or for all, may hand in what is of this one. */
export const maySpeakFor = ({ tenantId }: Pick<Opened, 'tenantId'>, of: string): boolean =>
  tenantId === ANY || tenantId === of;

type Seal = Pick<RawMessage, 'raw' | 'keyId' | 'signature'>;

const sealOf = (read: ReturnType<typeof readMessage>): Partial<Seal> => {
  const value = (read.ok ? read.value : null) as Readonly<Record<string, unknown>> | null;
  const { signed, key_id: keyId, signature } = value ?? {};
  if (typeof signed !== 'string' || typeof keyId !== 'string' || typeof signature !== 'string') return {};
  // Of a text with half a character no bytes could have been signed.
  return signed.isWellFormed() ? { raw: Buffer.from(signed), keyId, signature } : {};
};
