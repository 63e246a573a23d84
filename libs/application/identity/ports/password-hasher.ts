import type { Result } from '#domain/shared/result';

/** Hashes passwords: slow on purpose, so only so many at once; one more is refused as `unavailable`. */
export abstract class PasswordHasher {
  abstract hash(password: string): Promise<Result<string>>;

  /** Against no hash it takes as long, and is false. */
  abstract verify(password: string, hash: string | null): Promise<Result<boolean>>;

  /** Whether the hash was made in another way than `hash` makes it now. */
  abstract isOutdated(hash: string): boolean;
}
