import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { SYNCED_KINDS } from '#application/shared/sync/sync-run';
import { SyncRuns } from '#application/shared/sync/sync-runs';
import { SyncSources } from '#application/shared/sync/sync-source';

/** Publishes the next things of a run. Answers whether it did: not when the run is done, or somebody else is at it. */
export class PublishSyncBatch extends Command<Result<boolean>> {
  constructor(
    readonly actor: Actor,
    readonly id: string,
    readonly most: number,
  ) {
    super();
  }
}

@CommandHandler(PublishSyncBatch)
export class PublishSyncBatchHandler {
  constructor(
    private readonly runs: SyncRuns,
    private readonly sources: SyncSources,
  ) {}

  async execute({ actor, id, most }: PublishSyncBatch): Promise<Result<boolean>> {
    if (!actor.may('sync:trigger')) return err(forbidden('sync:trigger'));
    const { tenantId } = actor;
    const position = await this.runs.hold(tenantId, id);
    if (!position) return ok(false);
    const { kind, afterId } = position;
    const things = await this.sources.of(kind).after(tenantId, afterId, most);
    const isThrough = things.length < most;
    const next = SYNCED_KINDS[SYNCED_KINDS.indexOf(kind) + 1] ?? null;
    await this.runs.publish(tenantId, position, things, isThrough ? next : kind);
    return ok(true);
  }
}
