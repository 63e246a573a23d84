import { Injectable } from '@nestjs/common';
import type { Actor } from '#domain/shared/actor';

interface Known {
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const MOST = 10_000;
const LONGEST_MS = 60_000;

/**
 * Who has shown a token in the last minute: a signature that was checked need not be checked again for every request. No token
 * is known beyond its own end, nor for longer than a member who was removed may still be let in (SPEC 7).
 */
@Injectable()
export class KnownTokens {
  private readonly known = new Map<string, Known>();

  actorOf(token: string, now: number): Actor | undefined {
    const found = this.known.get(token);
    if (found && found.until > now) return found.actor;
    this.known.delete(token);
    return undefined;
  }

  /** `ends`: the token's own end, in milliseconds since 1970. */
  keep(token: string, actor: Actor, ends: number, now: number): void {
    // A Map keeps the order of its keys: the first one has been there longest.
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST && oldest !== undefined) this.known.delete(oldest);
    this.known.set(token, { actor, until: Math.min(ends, now + LONGEST_MS) });
  }

  /** Everybody is looked at again. */
  forgetAll(): void {
    this.known.clear();
  }
}
