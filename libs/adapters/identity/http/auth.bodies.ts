import { Email, Name, Password, Token } from '#adapters/identity/http/identity-fields';

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

export class AcceptInvitationBody {
  @Token('What was mailed or handed over.')
  token!: string;

  @Name('Grace Hopper')
  name!: string;

  @Password('a battery, a staple')
  password!: string;
}
