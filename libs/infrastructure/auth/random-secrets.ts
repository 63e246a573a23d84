import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Secrets } from '#application/identity/ports/secrets';

/** 256 random bits need no slow hash: there is nothing to guess. */
@Injectable()
export class RandomSecrets implements Secrets {
  make(): string {
    return randomBytes(32).toString('base64url');
  }

  hashOf(secret: string): Uint8Array {
    return createHash('sha256').update(secret).digest();
  }
}
