import { readFile } from 'node:fs/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Refused } from '#adapters/shared/http/problem';
import { Clock } from '#application/shared/tools';
import { keysOfSet, type PublicKey } from '#infrastructure/auth/public-key';
import { Config } from '#infrastructure/config/config';
import { Breaker } from '#infrastructure/mail/breaker';

const FRESH_MS = 10 * 60_000;
const PAUSE_MS = 60_000;
const PATIENCE_MS = 5000;
const LARGEST = 256 * 1024;

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/**
 * The keys of another issuer, from a file or an address. A set is good for ten minutes, and read again for a key that it does not
 * know, though not twice a minute. While it cannot be had the last one counts.
 */
@Injectable()
export class ExternalKeys {
  private readonly log = new Logger(ExternalKeys.name);
  private readonly place: string;
  private readonly breaker: Breaker | undefined;
  private keys: ReadonlyMap<string, PublicKey> | undefined;
  private readAt = -Infinity;
  private triedAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    { JWT_JWKS: place, BREAKER_FAILURES: failures, BREAKER_RESET_MS: resetMs }: Config,
    private readonly clock: Clock,
  ) {
    this.place = place;
    if (isUrl(place)) this.breaker = new Breaker('jwks', { failures, resetMs });
  }

  /** Without a `kid`, the only key there is. Throws (503) when there never was a set. */
  async find(kid: string | undefined): Promise<PublicKey | undefined> {
    if (this.place === '') return undefined;
    const now = this.clock.now().getTime();
    if (now - this.readAt > FRESH_MS || !this.has(kid)) await this.refresh(now);
    if (!this.keys)
      throw new Refused({
        kind: 'unavailable',
        code: 'issuer.away',
        message: 'The keys of this issuer cannot be had just now. Try again in a few seconds.',
      });
    return this.pick(kid);
  }

  private has(kid: string | undefined): boolean {
    return this.pick(kid) !== undefined;
  }

  private pick(kid: string | undefined): PublicKey | undefined {
    if (kid !== undefined) return this.keys?.get(kid);
    return this.keys?.size === 1 ? [...this.keys.values()][0] : undefined;
  }

  /** One reading for all who wait for it. Without any set it is tried each time: the breaker keeps that from being too much. */
  private async refresh(now: number): Promise<void> {
    if (this.keys && now - this.triedAt < PAUSE_MS) return;
    this.reading ??= this.read(now).finally(() => (this.reading = undefined));
    await this.reading;
  }

  private async read(now: number): Promise<void> {
    this.triedAt = now;
    try {
      const text = this.breaker ? await this.breaker.run(() => this.fetched()) : await readFile(this.place, 'utf8');
      this.keys = new Map(keysOfSet(text).map((key) => [key.kid, key]));
      this.readAt = now;
    } catch (failure) {
      this.log.warn({ event: 'jwks.not_read' }, String(failure));
    }
  }

  private async fetched(): Promise<string> {
    const answer = await fetch(this.place, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`${this.place} answered ${String(answer.status)}`);
    let [text, size] = ['', 0];
    const decoder = new TextDecoder();
    for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > LARGEST) throw new Error(`${this.place} answered more than 256 kB`);
      text += decoder.decode(part, { stream: true });
    }
    return text;
  }
}
