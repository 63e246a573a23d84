import { Param } from '@nestjs/common';
import { IdOf } from '#adapters/shared/http/parameters';

/** The task a path names by `{id}`. */
export const TaskId = (): ParameterDecorator => Param('id', new IdOf('task'));
