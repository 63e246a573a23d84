import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { publicKey, type PublicKey } from '#infrastructure/auth/public-key';
import { Config } from '#infrastructure/config/config';

/** In an environment variable a line often ends in `\n`, written out. */
const pemOf = (text: string): string => text.replaceAll('\\n', '\n');

const signing = (pem: string, what: string): PublicKey => {
  const key = publicKey(createPublicKey(pem));
  if (key && (key.algorithm === 'EdDSA' || key.algorithm === 'ES256')) return key;
  throw new Error(`${what} must be an Ed25519 or P-256 key`);
};

/** What this service signs access tokens with: SECRET_KEY, or a private key, whose public half everybody may read. */
@Injectable()
export class SigningKey {
  readonly secret: string;
  readonly privatePem: string | undefined;
  /** The one in use first, then those before it, which still verify. Empty while SECRET_KEY signs. */
  readonly published: readonly PublicKey[];

  constructor(config: Config) {
    this.secret = config.SECRET_KEY;
    const pem = pemOf(config.JWT_PRIVATE_KEY);
    this.privatePem = pem ? createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString() : undefined;
    const before = pemOf(config.JWT_PREVIOUS_PUBLIC_KEYS).match(
      /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g,
    );
    this.published = pem
      ? [signing(pem, 'JWT_PRIVATE_KEY'), ...(before ?? []).map((one) => signing(one, 'JWT_PREVIOUS_PUBLIC_KEYS'))]
      : [];
  }
}
