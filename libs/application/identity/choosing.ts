import { passwordFaults } from '#domain/identity/password';
import { invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { type PasswordHasher } from '#application/identity/ports/password-hasher';

/** Takes a password that somebody has chosen, and answers its hash. */
export class Choosing {
  constructor(
    private readonly hasher: PasswordHasher,
    /** In characters. */
    private readonly least: number,
  ) {}

  async take(password: string, email: string, pointer?: string): Promise<Result<string>> {
    const faults = passwordFaults(password, email, this.least, pointer);
    return faults.length > 0 ? err(invalid(faults)) : ok(await this.hasher.hash(password));
  }
}
