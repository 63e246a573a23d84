import { Command, CommandHandler } from '@nestjs/cqrs';
import { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import { Principals } from '#application/identity/ports/principals';

export interface KeyInUse {
  readonly actor: Actor;
  readonly expiresAt: Date | null;
}

/** The actor whom an API key stands for, or `null`. */
export class UseKey extends Command<Result<KeyInUse | null>> {
  constructor(
    readonly actor: Actor,
    readonly keyId: string,
    readonly secretHash: Uint8Array,
  ) {
    super();
  }
}

@CommandHandler(UseKey)
export class UseKeyHandler {
  constructor(
    private readonly principals: Principals,
    private readonly clock: Clock,
  ) {}

  async execute({ actor: { tenantId }, keyId, secretHash }: UseKey): Promise<Result<KeyInUse | null>> {
    const key = await this.principals.useKey(tenantId, keyId, secretHash, this.clock.now());
    if (!key) return ok(null);
    const { makerId, role, scopes, expiresAt } = key;
    return ok({ actor: Actor.key(tenantId, keyId, makerId, role, scopes), expiresAt });
  }
}
