import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { buildMessage, IsIn, ValidateBy, ValidateIf } from 'class-validator';
import { isObject } from '#domain/shared/json';
import { isExternalId, isUuid } from '#domain/shared/text';
import { readTime } from '#domain/shared/times';
import { ExactNumber } from '#adapters/shared/json/exact-number';

/** May be left out, but is not `null` when it is there. */
export const MayBeLeftOut = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** An RFC 3339 time with its offset (API, *Times*). */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value) => typeof value === 'string' && readTime(value) !== undefined,
      defaultMessage: buildMessage((each) => `${each}$property must be an RFC 3339 time with an offset`),
    },
  });

/** The time a body names, once `IsTime` has let it through. */
export const timeOf = (text: string): Date => {
  const time = readTime(text);
  if (!time) throw new Error('this text was checked to be a time');
  return time;
};

/** An id of the caller's world (SPEC 4.2). */
export const IsExternalId = (options?: { readonly each: true }): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isExternalId',
      validator: {
        validate: isExternalId,
        defaultMessage: buildMessage((each) => `${each}$property must have 1 to 200 printable characters`, options),
      },
    },
    options,
  );

/**
 * A number in its bounds: whole, or with at most so many decimals (`Infinity`: any). One that came by its own digits (`1e1`) is
 * read where a double has them all.
 */
export const Within = (least: number, most: number, decimals = 0): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (value instanceof ExactNumber ? (value.toNumber() ?? value) : value)),
    ValidateBy({
      name: 'isNumber',
      validator: {
        validate: (value) => typeof value === 'number' && value >= least && value <= most && hasAtMost(decimals, value),
        defaultMessage: () => `$property must be a ${numberIn(least, most, decimals)}`,
      },
    }),
  );

const hasAtMost = (decimals: number, value: number): boolean =>
  decimals === Infinity || Number(value.toFixed(decimals)) === value;

const numberIn = (least: number, most: number, decimals: number): string => {
  const bounds = `number from ${String(least)} to ${String(most)}`;
  if (decimals === 0) return `whole ${bounds}`;
  return decimals === Infinity ? bounds : `${bounds} with at most ${String(decimals)} decimals`;
};

export const IsJsonObject = (): PropertyDecorator =>
  ValidateBy({
    name: 'isJsonObject',
    validator: {
      validate: isObject,
      defaultMessage: buildMessage((each) => `${each}$property must be a JSON object`),
    },
  });

/** A UUID in its form of 36 characters, in either case, written in lower case. */
export const Uuid = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (isUuid(value) ? value.toLowerCase() : value)),
    ValidateBy({
      name: 'isUuid',
      validator: { validate: isUuid, defaultMessage: buildMessage((each) => `${each}$property must be a UUID`) },
    }),
  );

/** A list of UUIDs, read and written as `Uuid`; a fault names the list. */
export const Uuids = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      Array.isArray(value) ? value.map((one: unknown) => (isUuid(one) ? one.toLowerCase() : one)) : value,
    ),
    ValidateBy(
      { name: 'isUuid', validator: { validate: isUuid, defaultMessage: () => 'each of $property must be a UUID' } },
      { each: true },
    ),
  );

/** One of some words in any case, or one of another system's that is read as ours (SPEC 5, *Status*). */
export const Word = (words: readonly string[], aliases: Readonly<Record<string, string>> = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? wordOf(value, aliases) : value)),
    IsIn(words),
  );

/** A word as it is compared: in lower case, and ours for another system's. */
export const wordOf = (text: string, aliases: Readonly<Record<string, string>> = {}): string => {
  const word = text.toLowerCase();
  return Object.hasOwn(aliases, word) ? (aliases[word] ?? word) : word;
};

/** A time, or a UTC day alone, which stands for its first or its last millisecond (SPEC 5). */
export const IsTimeOrDay = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTimeOrDay',
    validator: {
      validate: (value) => typeof value === 'string' && readTimeOrDay(value, 'first') !== undefined,
      defaultMessage: buildMessage((each) => `${each}$property must be an RFC 3339 time with an offset, or a date`),
    },
  });

const DAY = /^\d{4}-\d\d-\d\d$/;
const EDGES = { first: 'T00:00:00.000Z', last: 'T23:59:59.999Z' } as const;

/** `edge`: which millisecond of its day a date alone stands for. */
export const readTimeOrDay = (text: string, edge: keyof typeof EDGES): Date | undefined =>
  readTime(DAY.test(text) ? `${text}${EDGES[edge]}` : text);
