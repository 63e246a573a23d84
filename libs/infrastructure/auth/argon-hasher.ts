import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { compare } from 'bcryptjs';
import type { DomainError } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import type { PasswordHasher } from '#application/identity/ports/password-hasher';
import { Turns } from '#infrastructure/limits/turns';

/** Argon2id with the least that OWASP asks for: 19 MiB, two rounds, one lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MADE_NOW = '$argon2id$v=19$m=19456,t=2,p=1$';
const BCRYPT = /^\$2[aby]\$/;

/** Each takes 19 MiB and a core: more at once would take the process from everybody else. */
const MOST_AT_ONCE = 4;
/** Who comes with a few others waits for a moment; a flood is refused (ADR 0079). */
const MOST_WAITING = 32;
const PATIENCE_MS = 2_000;

const busy: DomainError = {
  kind: 'unavailable',
  code: 'passwords.busy',
  message: 'Too many passwords are being checked just now; try again in a few seconds.',
};

/** Argon2id, and bcrypt for what was hashed elsewhere before (004). */
@Injectable()
export class ArgonHasher implements PasswordHasher {
  private readonly turns = new Turns(MOST_AT_ONCE, PATIENCE_MS, MOST_WAITING);
  /** Of a password that nobody knows. */
  private readonly nobodys = hash(randomBytes(32), COST);

  async inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    if (!(await this.turns.take())) return err(busy);
    try {
      return await work();
    } finally {
      this.turns.give();
    }
  }

  hash(password: string): Promise<string> {
    return hash(password, COST);
  }

  async verify(password: string, known: string | null): Promise<boolean> {
    if (known !== null && BCRYPT.test(known)) return compare(password, known);
    const fits = await verify(known ?? (await this.nobodys), password);
    return fits && known !== null;
  }

  isOutdated(known: string): boolean {
    return !known.startsWith(MADE_NOW);
  }
}
