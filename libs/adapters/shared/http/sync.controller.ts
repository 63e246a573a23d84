import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { GetSync } from '#application/shared/sync/get-sync';
import { syncRunView } from '#application/shared/sync/sync-run';
import { TriggerSync } from '#application/shared/sync/trigger-sync';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';

@ApiTags('Sync')
@Controller('sync')
export class SyncController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'triggerSync',
    summary: 'Have the present state of all goals, tasks and workflows told again.',
    description:
      'For a consumer that has lost its data: each thing is told once, as `goal.synced`, `task.synced` or `workflow.synced`, on the stream and the channel of outgoing events. ' +
      'While one run goes on, it is answered again instead of another being begun. It goes on where it stopped, whatever stopped it.',
    permission: 'sync:trigger',
    answers: syncRunView,
    begins: true,
  })
  @Post()
  trigger(@Caller() actor: Actor) {
    return this.door.send(new TriggerSync(actor));
  }

  @Operation({
    id: 'getSync',
    summary: 'See how far a run has come.',
    permission: 'sync:trigger',
    answers: syncRunView,
    errors: { 404: 'There is no such run.' },
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Param('id', new IdOf('sync')) id: string) {
    return this.door.send(new GetSync(actor, id));
  }
}
