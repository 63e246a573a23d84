import { ValidateBy } from 'class-validator';
import { isExternalId } from '#domain/shared/text';
import { readTime } from '#domain/shared/times';

/** A time of RFC 3339 with its offset (API, *Times*). */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value) => typeof value === 'string' && readTime(value) !== undefined,
      defaultMessage: () => '$property must be an RFC 3339 time with an offset, such as 2026-01-26T10:00:00Z',
    },
  });

/** An id of the caller's world (SPEC 4.2). */
export const IsPrintableId = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPrintableId',
    validator: {
      validate: isExternalId,
      defaultMessage: () => '$property must be a text of 1 to 200 printable characters',
    },
  });
