import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { GetGoalVocabulary } from '#application/goals/queries/get-goal-vocabulary';
import { vocabularyView } from '#application/goals/vocabulary';
import { Operation } from '#adapters/shared/http/operation';
import { Caller } from '#adapters/shared/http/parameters';

@ApiTags('Goals')
@Controller('goals/vocabulary')
export class GoalVocabularyController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'getGoalVocabulary',
    summary: 'Read every enumeration of goals and links, by the name of its field.',
    permission: 'goal:read',
    answers: vocabularyView,
  })
  @Get()
  read(@Caller() actor: Actor) {
    return this.door.send(new GetGoalVocabulary(actor));
  }
}
