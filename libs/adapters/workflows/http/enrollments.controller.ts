import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { CompleteEnrollment } from '#application/workflows/commands/complete-enrollment';
import { ExitEnrollment } from '#application/workflows/commands/exit-enrollment';
import { enrollmentCourseView, enrollmentView } from '#application/workflows/enrollment-views';
import { GetEnrollment } from '#application/workflows/queries/get-enrollment';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';
import { ExitBody } from '#adapters/workflows/http/enrollments.bodies';

const Id = () => Param('id', new IdOf('enrollment'));
const ENDED = { 404: 'There is no such enrollment.', 409: 'It has ended already.' };

@ApiTags('Enrollments')
@Controller('enrollments')
export class EnrollmentsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'getEnrollment',
    summary: 'Read an enrollment with its actions, achievements and timeline.',
    permission: 'enrollment:read',
    answers: enrollmentCourseView,
    errors: { 404: 'There is no such enrollment.' },
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Id() id: string) {
    return this.door.send(new GetEnrollment(actor, id));
  }

  @Operation({
    id: 'exitEnrollment',
    summary: 'End an open enrollment; its unfinished actions are cancelled.',
    description: 'A transition: active or waiting to exited.',
    permission: 'enrollment:update',
    answers: enrollmentView,
    errors: ENDED,
  })
  @Post(':id/exit')
  exit(@Caller() actor: Actor, @Id() id: string, @Body() { reason }: ExitBody) {
    return this.door.send(new ExitEnrollment(actor, id, reason ?? undefined));
  }

  @Operation({
    id: 'completeEnrollment',
    summary: 'Say that an enrollment has run its course.',
    description: 'A transition: active or waiting to completed. For engines that keep their steps to themselves.',
    permission: 'enrollment:update',
    answers: enrollmentView,
    errors: ENDED,
  })
  @Post(':id/complete')
  complete(@Caller() actor: Actor, @Id() id: string) {
    return this.door.send(new CompleteEnrollment(actor, id));
  }
}
