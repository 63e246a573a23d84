import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { shownRun, type SyncRunView } from '#application/shared/sync/sync-run';
import { SyncRuns } from '#application/shared/sync/sync-runs';

/** How far a run has come. */
export class GetSync extends Query<Result<SyncRunView>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetSync)
export class GetSyncHandler {
  constructor(private readonly runs: SyncRuns) {}

  async execute({ actor, id }: GetSync): Promise<Result<SyncRunView>> {
    if (!actor.may('sync:trigger')) return err(forbidden('sync:trigger'));
    const run = await this.runs.find(actor.tenantId, id);
    return run ? ok(shownRun(run)) : err(missing('sync'));
  }
}
