import { Injectable } from '@nestjs/common';
import { conflict, invalid } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { Clock } from '#application/shared/tools';
import type { IdempotentRequest } from '#infrastructure/context/scope';
import type { UnitOfWork } from '#infrastructure/database/unit-of-work';

const NOT_KEPT = new Set(['limited', 'unavailable']);

/** Keeps the answer of a request with its Idempotency-Key in the change's own transaction, and replays it (SPEC 7). */
@Injectable()
export class IdempotentAnswers {
  constructor(private readonly clock: Clock) {}

  /** The stored answer of the same request, or `work`'s; a refused one keeps its answer but none of its changes. */
  async once<T>(unit: UnitOfWork, request: IdempotentRequest, work: () => Promise<Result<T>>): Promise<Result<T>> {
    // A second command would be answered with what the first one did.
    if (request.taken) throw new Error('one Idempotency-Key stands for one command');
    request.taken = true;
    const db = await unit.runner();
    const whose = [unit.actor.tenantId, unit.actor.auditId ?? '', request.key];
    const [lock] = (await db.query(`SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS granted`, [
      whose.join(' '),
    ])) as { granted: boolean }[];
    if (!lock?.granted)
      return err(
        conflict('idempotency-key.in-flight', 'The first request with this Idempotency-Key is still at work.'),
      );
    const stored = (await db.query(
      `SELECT request_hash, answer FROM idempotency_keys WHERE tenant_id = $1 AND caller = $2 AND key = $3 AND created_at > $4`,
      [...whose, new Date(this.clock.now().getTime() - 86_400_000)],
    )) as { request_hash: string; answer: Result<T> }[];
    if (stored[0]) return this.replay(request, stored[0]);
    await db.query('SAVEPOINT work');
    const result = await work();
    if (!result.ok) {
      await db.query('ROLLBACK TO SAVEPOINT work');
      unit.forget();
    }
    if (result.ok || !NOT_KEPT.has(result.error.kind)) await this.keep(unit, whose, request, result);
    return result;
  }

  private replay<T>(request: IdempotentRequest, stored: { request_hash: string; answer: Result<T> }): Result<T> {
    if (stored.request_hash !== request.hash) {
      // No field is at fault, so a caller needs a code of its own to tell this from bad input.
      const refusal = invalid([], 'This Idempotency-Key was used for another request. Take a new key.');
      return err({ ...refusal, code: 'idempotency-key.reused' });
    }
    request.replayed = true;
    return stored.answer;
  }

  private async keep(unit: UnitOfWork, whose: readonly string[], { hash }: IdempotentRequest, result: Result<unknown>) {
    const db = await unit.runner();
    await db.query(
      `INSERT INTO idempotency_keys (tenant_id, caller, key, request_hash, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, caller, key) DO UPDATE SET request_hash = $4, answer = $5, created_at = $6`,
      [...whose, hash, JSON.stringify(result), this.clock.now()],
    );
  }
}
