import { Injectable } from '@nestjs/common';
import { createDecoder, createVerifier } from 'fast-jwt';
import { ExternalKeys } from '#infrastructure/auth/external-keys';
import type { PublicKey } from '#infrastructure/auth/public-key';
import { SigningKey } from '#infrastructure/auth/signing-key';
import { Config } from '#infrastructure/config/config';

export type Claims = Readonly<Record<string, unknown>>;

/** Whose token it is, and what it says, once its signature, issuer, audience and end are found to be right. */
export interface Verified {
  readonly isOurs: boolean;
  readonly claims: Claims;
}

const LONGEST = 8192;
const decode = createDecoder({ complete: true });

interface Expected {
  readonly issuer: string;
  readonly audience: string;
}

const verifierOf = ({ pem, algorithm }: Pick<PublicKey, 'pem' | 'algorithm'>, { issuer, audience }: Expected) =>
  createVerifier({
    ...{ key: pem, algorithms: [algorithm], allowedIss: issuer, allowedAud: audience },
    // A token without an end would be good for ever.
    requiredClaims: ['exp', 'iss', 'aud'],
  }) as (token: string) => Claims;

/**
 * Verifies access tokens: ours by the key that signs them, another issuer's by its set. Issuer and `kid` of a token only choose
 * the key; the key says by which algorithm, so that none can be talked into another.
 */
@Injectable()
export class Verification {
  private readonly ours: Expected;
  private readonly theirs: Expected;
  private readonly known: ReadonlyMap<string | undefined, (token: string) => Claims>;

  constructor(
    config: Config,
    key: SigningKey,
    private readonly external: ExternalKeys,
  ) {
    this.ours = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
    this.theirs = { issuer: config.JWT_JWKS_ISSUER, audience: config.JWT_JWKS_AUDIENCE || config.JWT_AUDIENCE };
    this.known = new Map(
      key.published.length > 0
        ? key.published.map((one) => [one.kid, verifierOf(one, this.ours)])
        : [[undefined, verifierOf({ pem: key.secret, algorithm: 'HS256' }, this.ours)]],
    );
  }

  /** `undefined` when it is not good. Rejects when another issuer's keys cannot be had just now. */
  async verify(token: string): Promise<Verified | undefined> {
    const [kid, issuer] = token.length > LONGEST ? [] : spokenOf(token);
    const isOurs = issuer === this.ours.issuer;
    if (!isOurs && (issuer === undefined || issuer !== this.theirs.issuer)) return undefined;
    const verify = isOurs ? this.known.get(kid) : await this.externally(kid);
    try {
      return verify && { isOurs, claims: verify(token) };
    } catch {
      // Whatever is wrong with it, it lets nobody in.
      return undefined;
    }
  }

  private async externally(kid: string | undefined): Promise<((token: string) => Claims) | undefined> {
    const key = await this.external.find(kid);
    return key && verifierOf(key, this.theirs);
  }
}

/** What the token says of itself, not yet believed: `kid` and `iss`. */
const spokenOf = (token: string): readonly (string | undefined)[] => {
  try {
    const { header, payload } = decode(token) as { header: Claims; payload: Claims };
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    return header.kid !== undefined && text(header.kid) === undefined ? [] : [text(header.kid), text(payload.iss)];
  } catch {
    return [];
  }
};
