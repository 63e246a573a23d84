import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { PROJECT_FOLDER } from '#infrastructure/config/version';

interface Reference {
  readonly $ref: string;
}

export interface Message {
  readonly payload: unknown;
  readonly examples: readonly { readonly name?: string; readonly payload: Readonly<Record<string, unknown>> }[];
}

export interface Channel {
  readonly description?: string;
  readonly address: string;
  readonly messages: Readonly<Record<string, Message | Reference>>;
}

interface Operation {
  readonly action: string;
  readonly channel: Reference;
  readonly messages?: readonly Reference[];
  readonly reply?: { readonly channel: Reference; readonly messages?: readonly Reference[] };
}

export interface AsyncApi {
  readonly asyncapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What a reference inside a document points to; `undefined` when there is nothing. */
export const resolved = (document: AsyncApi, reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

/** Every `$ref` in a document. */
export const referencesIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, one]) =>
        key === '$ref' && typeof one === 'string' ? [one] : referencesIn(one),
      );

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The description of the messages, and what it says of a message. */
export class MessageCatalog {
  readonly document = parse(readFileSync(join(PROJECT_FOLDER, 'docs/asyncapi.yaml'), 'utf8')) as AsyncApi;
  private readonly ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
    .addFormat('uuid', UUID)
    .addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
    // The schemas stand in a document whose own keys are none of theirs.
    .addVocabulary(Object.keys(this.document))
    .addSchema(this.document, 'asyncapi');

  /** The messages of a channel, by their names. */
  messagesOf(channel: string): Readonly<Record<string, Message>> {
    const messages = Object.entries(this.document.channels[channel]?.messages ?? {});
    return Object.fromEntries(
      messages.map(([name, one]) => [name, ('$ref' in one ? resolved(this.document, one.$ref) : one) as Message]),
    );
  }

  /** What of a payload does not fit the message of a channel; a message that is not described fits nothing. */
  faultsOf(channel: string, message: string, payload: unknown): readonly string[] {
    const one = this.document.channels[channel]?.messages[message];
    if (!one) return [`${channel} has no message ${message}`];
    const at = '$ref' in one ? one.$ref : `#/channels/${channel}/messages/${message}`;
    const fits = this.ajv.getSchema(`asyncapi${at}/payload`);
    if (!fits) return [`${at} has no payload`];
    if (fits(payload)) return [];
    return (fits.errors ?? []).map(({ instancePath, message: fault }) => `${instancePath} ${String(fault)}`);
  }
}
