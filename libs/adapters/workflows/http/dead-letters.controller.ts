import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { invalid } from '#domain/shared/errors';
import { err, type Result } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { DeleteDeadLetter } from '#application/workflows/commands/delete-dead-letter';
import { ReplayDeadLetter } from '#application/workflows/commands/replay-dead-letter';
import { deadLetterView, replayView, type ReplayView } from '#application/workflows/dead-letter-views';
import { GetDeadLetter } from '#application/workflows/queries/get-dead-letter';
import { deadLetterListing, ListDeadLetters } from '#application/workflows/queries/list-dead-letters';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { blameOf } from '#adapters/shared/persistence/blame';

const Id = () => Param('id', new IdOf('dead_letter'));
const UNKNOWN = { 404: 'There is no such dead letter.' };

@ApiTags('Dead letters')
@Controller('dead-letters')
export class DeadLettersController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listDeadLetters',
    summary: 'List messages that no decision could be made of.',
    permission: 'dead_letter:read',
    answers: { page: deadLetterListing },
  })
  @Get()
  list(@Caller() actor: Actor, @PageOf(deadLetterListing) page: PageRequest) {
    return this.door.send(new ListDeadLetters(actor, page));
  }

  @Operation({
    id: 'getDeadLetter',
    summary: 'Read one dead letter with its bytes (`raw`, base64).',
    permission: 'dead_letter:read',
    answers: deadLetterView,
    errors: UNKNOWN,
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Id() id: string) {
    return this.door.send(new GetDeadLetter(actor, id));
  }

  @Operation({
    id: 'deleteDeadLetter',
    summary: 'Give a dead letter up.',
    permission: 'dead_letter:delete',
    answers: 'nothing',
    errors: UNKNOWN,
  })
  @Delete(':id')
  delete(@Caller() actor: Actor, @Id() id: string) {
    return this.door.send(new DeleteDeadLetter(actor, id));
  }

  @Operation({
    id: 'replayDeadLetter',
    summary: 'Decide a dead letter once more.',
    description:
      'Its bytes are read again, with the time they were first received. What is decided is gone from the dead letters; what is refused again (422) stays.',
    permission: 'dead_letter:replay',
    answers: replayView,
    errors: UNKNOWN,
  })
  @Post(':id/replay')
  async replay(@Caller() actor: Actor, @Id() id: string): Promise<Result<ReplayView>> {
    try {
      return await this.door.send(new ReplayDeadLetter(actor, id));
    } catch (failure) {
      // A value that the database cannot hold is the message's fault, here as on the way it came.
      if (blameOf(failure) !== 'input') throw failure;
      return err(invalid([], 'The message holds a value that cannot be stored.'));
    }
  }
}
