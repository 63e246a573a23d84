import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { Ids } from '#application/shared/tools';
import { shownRun, type SyncRunView } from '#application/shared/sync/sync-run';
import { SyncRuns } from '#application/shared/sync/sync-runs';
import { SyncSources } from '#application/shared/sync/sync-source';

/** Has the present state of everything the tenant has published again; answers the run that does so already, if one does. */
export class TriggerSync extends Command<Result<SyncRunView>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@CommandHandler(TriggerSync)
export class TriggerSyncHandler {
  constructor(
    private readonly runs: SyncRuns,
    private readonly sources: SyncSources,
    private readonly ids: Ids,
  ) {}

  async execute({ actor }: TriggerSync): Promise<Result<SyncRunView>> {
    if (!actor.may('sync:trigger')) return err(forbidden('sync:trigger'));
    const { tenantId } = actor;
    const running = await this.runs.running(tenantId);
    if (running) return ok(shownRun(running));
    const totals = {
      goal: await this.sources.of('goal').count(tenantId),
      task: await this.sources.of('task').count(tenantId),
      workflow: await this.sources.of('workflow').count(tenantId),
    };
    return ok(shownRun(await this.runs.begin(tenantId, this.ids.next(), totals)));
  }
}
