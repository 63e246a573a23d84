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
const Password = (example: string) =>
  applyDecorators(
    ApiProperty({ format: 'password', maxLength: LONGEST_PASSWORD, example }),
    IsString(),
    MaxLength(2 * LONGEST_PASSWORD),
  );

const Name = (example: string) =>
  applyDecorators(ApiProperty({ minLength: 1, maxLength: 200, example }), IsString(), Length(1, 200));

const Token = (description: string) =>
  applyDecorators(ApiProperty({ description, example: 'eyJhbGciOi…' }), IsString(), Length(1, 4096));

const Email = (example: string) => applyDecorators(ApiProperty({ format: 'email', example }), IsEmailAddress());

export class RegisterBody {
  @Email('ada@example.com')
  email!: string;

  @Password('correct horse, battery')
  password!: string;

  @Name('Ada Lovelace')
  name!: string;

  @Name('Analytical Engines')
  tenant_name!: string;
}

export class LogInBody {
  @Email('ada@example.com')
  email!: string;

  @Password('correct horse, battery')
  password!: string;
}

export class RefreshBody {
  @Token('The refresh token of the last answer.')
  refresh_token!: string;
}

export class ChangePasswordBody {
  @Password('correct horse, battery')
  current_password!: string;

  @Password('another horse, another staple')
  new_password!: string;
}

export class VerifyEmailBody {
  @Token('What was mailed.')
  token!: string;
}
