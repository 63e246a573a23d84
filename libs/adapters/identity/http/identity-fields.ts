import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { buildMessage, IsString, Length, MaxLength, ValidateBy } from 'class-validator';
import { isEmail } from '#domain/identity/email';
import { LONGEST_PASSWORD } from '#domain/identity/password';

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

export const Name = (example: string) =>
  applyDecorators(ApiProperty({ minLength: 1, maxLength: 200, example }), IsString(), Length(1, 200));

export const Token = (description: string) =>
  applyDecorators(ApiProperty({ description, example: 'eyJhbGciOi…' }), IsString(), Length(1, 4096));

export const Email = (example: string) => applyDecorators(ApiProperty({ format: 'email', example }), IsEmailAddress());
