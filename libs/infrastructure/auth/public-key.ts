import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from 'fast-jwt';

/** A key that others sign with, and the one algorithm it is taken with: what a token says of that counts for nothing. */
export interface PublicKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly pem: string;
  readonly jwk: JsonWebKey;
}

const CURVES: Readonly<Record<string, Algorithm>> = { Ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384' };
const RSA: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

const algorithmOf = ({ kty, crv, alg }: JsonWebKey): Algorithm | undefined => {
  if (kty === 'RSA') return (RSA.includes(String(alg)) ? alg : 'RS256') as Algorithm;
  return crv === undefined ? undefined : CURVES[crv];
};

/** The members of a key that make it what it is, in the order of RFC 7638. */
const ESSENCE: Readonly<Record<string, readonly string[]>> = {
  OKP: ['crv', 'kty', 'x'],
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
};

const thumbprint = (jwk: JsonWebKey): string => {
  const essence = (ESSENCE[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]]);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(essence)))
    .digest('base64url');
};

/** `undefined` for a key of a kind that is not taken. `kid`: its name in the set it is from; its thumbprint where it has none. */
export const publicKey = (key: KeyObject, named: JsonWebKey = {}): PublicKey | undefined => {
  const jwk = key.export({ format: 'jwk' });
  const algorithm = algorithmOf({ ...jwk, ...(named.alg !== undefined && { alg: named.alg }) });
  if (!algorithm) return undefined;
  const kid = typeof named.kid === 'string' ? named.kid : thumbprint(jwk);
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return { kid, algorithm, pem, jwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
};

/** The keys of a JSON Web Key Set; those of a kind that is not taken, or for encryption, are left out. Throws when it is none. */
export const keysOfSet = (text: string): PublicKey[] => {
  const { keys } = JSON.parse(text) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('this is no JSON Web Key Set');
  return (keys as JsonWebKey[]).flatMap((jwk) => {
    if (jwk.use !== undefined && jwk.use !== 'sig') return [];
    try {
      return publicKey(createPublicKey({ key: jwk, format: 'jwk' }), jwk) ?? [];
    } catch {
      // One key that cannot be read must not keep the others out.
      return [];
    }
  });
};
