import { buildMessage, ValidateBy, ValidateIf } from 'class-validator';
import { isExternalId } from '#domain/shared/text';
import { readTime } from '#domain/shared/times';

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

/** What JSON calls an object: no list, no number with its own digits. */
export const IsJsonObject = (): PropertyDecorator =>
  ValidateBy({
    name: 'isJsonObject',
    validator: {
      validate: (value) =>
        typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype,
      defaultMessage: buildMessage((each) => `${each}$property must be a JSON object`),
    },
  });
