import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, IsOptional, IsString, MaxLength } from 'class-validator';
import { fault, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { LONGEST_TEXT } from '#domain/shared/labels';
import { IsTimeOrDay, MayBeLeftOut, Uuid, Word } from '#adapters/shared/http/rules';

/** Fields that bodies of several contexts have, each with its rule and what the document says of it. */
export const Text = (example: string, most = LONGEST_TEXT) =>
  applyDecorators(
    ApiPropertyOptional({ type: String, nullable: true, maxLength: most, example }),
    IsOptional(),
    IsString(),
    MaxLength(most),
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
    .filter(([alias, name]) => body[alias] !== undefined && body[name] !== undefined && body[alias] !== body[name])
    .map(([alias, name]) =>
      fault(`/${alias}`, 'alias', `${alias} is another word for ${name}; they say different things.`),
    );
