import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { buildMessage, IsString, Length, MaxLength, ValidateBy } from 'class-validator';
import { isEmail } from '#domain/identity/email';
import { LONGEST_PASSWORD } from '#domain/identity/password';
import { lineFaults } from '#domain/shared/labels';
import { tidyName } from '#domain/shared/text';
import { MayBeLeftOut } from '#adapters/shared/http/rules';

const IsEmailAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: isEmail,
      defaultMessage: buildMessage((each) => `${each}$property must be an e-mail address`),
    },
  });

/** A password as it comes in: how long a new one must be is the domain's to say. */
export const Password = (example: string) =>
  applyDecorators(
    ApiProperty({ format: 'password', maxLength: LONGEST_PASSWORD, example }),
    IsString(),
    MaxLength(2 * LONGEST_PASSWORD),
  );

const LONGEST_NAME = 200;
const NAME = { minLength: 1, maxLength: LONGEST_NAME };

/** One line, tidied as every name is; what is blank is none. */
const IsName = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? tidyName(value) : value)),
    ValidateBy({
      name: 'malformed',
      validator: {
        validate: (value) => typeof value === 'string' && lineFaults('', value, LONGEST_NAME).length === 0,
        defaultMessage: () => `$property must have 1 to ${String(LONGEST_NAME)} printable characters`,
      },
    }),
  );

export const Name = (example: string) => applyDecorators(ApiProperty({ ...NAME, example }), IsName());

/** As it stands in a patch. */
export const NewName = (example: string) =>
  applyDecorators(ApiPropertyOptional({ ...NAME, example }), MayBeLeftOut(), IsName());

export const Token = (description: string) =>
  applyDecorators(ApiProperty({ description, example: 'eyJhbGciOi…' }), IsString(), Length(1, 4096));

export const Email = (example: string) => applyDecorators(ApiProperty({ format: 'email', example }), IsEmailAddress());
