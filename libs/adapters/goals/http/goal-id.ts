import { Param } from '@nestjs/common';
import { IdOf } from '#adapters/shared/http/parameters';

/** The goal a path names by `{id}`. */
export const GoalId = (): ParameterDecorator => Param('id', new IdOf('goal'));
