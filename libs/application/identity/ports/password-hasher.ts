import type { Result } from '#domain/shared/result';

/** Hashes passwords: slow on purpose, and so only so many at once. */
export abstract class PasswordHasher {
  /**
   * Does what passwords are hashed in, once it is its turn; `unavailable` where that does not come in time. Asked for before
   * anything is read or written: who waits holds no connection.
   */
  abstract inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>>;

  abstract hash(password: string): Promise<string>;

  /** Against no hash it takes as long, and is false. */
  abstract verify(password: string, hash: string | null): Promise<boolean>;

  /** Whether the hash was made in another way than `hash` makes it now. */
  abstract isOutdated(hash: string): boolean;
}
