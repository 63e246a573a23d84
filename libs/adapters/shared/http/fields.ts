import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, ArrayMaxSize, IsArray, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { fault, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { LONGEST_TAG, LONGEST_TEXT, MOST_TAGS } from '#domain/shared/labels';
import { isUuid, tidyName } from '#domain/shared/text';
import { AsSent } from '#adapters/shared/http/body.pipe';
import { IsJsonObject, IsTimeOrDay, MayBeLeftOut, Uuid, Word } from '#adapters/shared/http/rules';

/** Fields that bodies of several contexts have, each with its rule and what the document says of it. */
export const Text = (example: string, most = LONGEST_TEXT) =>
  applyDecorators(
    ApiPropertyOptional({ type: String, nullable: true, maxLength: most, example }),
    IsOptional(),
    IsString(),
    MaxLength(most),
  );

/** Why somebody does something: where it is given, it says something. */
export const Reason = (example: string, description: string) =>
  applyDecorators(
    ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: LONGEST_TEXT, example, description }),
    IsOptional(),
    IsString(),
    MaxLength(LONGEST_TEXT),
    Matches(/[^\s\p{C}]/u, { message: '$property must say something, or be left out' }),
  );

export const Tags = () =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: LONGEST_TAG },
      maxItems: MOST_TAGS,
      example: ['support', '2026'],
    }),
    MayBeLeftOut(),
    IsArray(),
    ArrayMaxSize(MOST_TAGS),
    IsString({ each: true }),
  );

export const Metadata = (example: Readonly<Record<string, string>>) =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'object',
      additionalProperties: true,
      example,
      description: 'Anything of yours, up to 16 kB; replaced whole.',
    }),
    MayBeLeftOut(),
    IsJsonObject(),
    AsSent(),
  );

export const Id = (description: string) =>
  applyDecorators(
    ApiPropertyOptional({ type: String, format: 'uuid', nullable: true, description }),
    IsOptional(),
    Uuid(),
  );

export const Choice = (words: readonly string[], example: string) =>
  applyDecorators(ApiPropertyOptional({ enum: words, nullable: true, example }), IsOptional(), Word(words));

export const Choosing = (words: readonly string[], usual: string) =>
  applyDecorators(ApiPropertyOptional({ enum: words, default: usual, example: usual }), MayBeLeftOut(), Word(words));

export const When = (example: string, description: string) =>
  applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, example, description }),
    IsOptional(),
    IsTimeOrDay(),
  );

/** Stands in a patch only to be refused with a word about where it changes. */
export const ElsewhereOnly = (route: string) =>
  applyDecorators(ApiPropertyOptional({ readOnly: true, description: `Changes by POST ${route} only.` }), Allow());

/** The fault of every member of a patch that has a route of its own, by the member's name. */
export const elsewhereFaults = (body: JsonObject, routes: Readonly<Record<string, string>>): FieldFault[] =>
  Object.entries(routes)
    .filter(([name]) => body[name] !== undefined)
    .map(([name, route]) => fault(`/${name}`, 'own-route', `${name} changes by POST /api/v1${route}.`));

export const required = (name: string): FieldFault => fault(`/${name}`, 'required', `${name} must be given.`);

/** Two words for one thing must not say two things (DECISIONS). */
export const aliasFaults = (
  body: JsonObject,
  aliases: readonly (readonly [alias: string, name: string])[],
): FieldFault[] =>
  aliases
    .filter(([alias, name]) => body[alias] !== undefined && body[name] !== undefined)
    .filter(([alias, name]) => asCompared(body[alias]) !== asCompared(body[name]))
    .map(([alias, name]) =>
      fault(`/${alias}`, 'alias', `${alias} is another word for ${name}; they say different things.`),
    );

/** A name or an id by its one spelling. */
const asCompared = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  return isUuid(value) ? value.toLowerCase() : tidyName(value);
};
