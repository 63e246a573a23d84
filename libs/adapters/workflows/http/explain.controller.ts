import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { err } from '#domain/shared/result';
import { isUuid } from '#domain/shared/text';
import { EVENT_TYPES } from '#domain/workflows/goal-type';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { ExplainWorkflowGoal } from '#application/workflows/queries/explain-workflow-goal';
import { explanationView } from '#application/workflows/views';
import type { Schema } from '#adapters/shared/http/open-api';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';
import { eventSchema } from '#adapters/workflows/http/events.schema';
import { nameOf, readEnvelope, type Envelope } from '#adapters/workflows/messaging/event-envelope';

const ENROLLMENT_ID: Schema = {
  type: 'string',
  format: 'uuid',
  nullable: true,
  description: 'Explain this enrollment. Missing: the open one of the contact, else its latest.',
};

@ApiTags('Workflow goals')
@Controller('workflows/:id/goals/:goal_id/explain')
export class ExplainController {
  constructor(
    private readonly door: Door,
    private readonly clock: Clock,
  ) {}

  @Operation({
    id: 'explainWorkflowGoal',
    summary: 'Ask why an event reaches a workflow goal, or does not. Writes nothing.',
    description:
      'Answers every condition with what it expects and what it found, and which failed first (`null`: none).',
    permission: 'workflow_goal:read',
    answers: explanationView,
    errors: { 404: 'There is no such workflow, or no such goal in it.' },
  })
  @ApiBody({ schema: { ...eventSchema, properties: { ...eventSchema.properties, enrollment_id: ENROLLMENT_ID } } })
  @Post()
  async explain(
    @Caller() actor: Actor,
    @Param('id', new IdOf('workflow')) id: string,
    @Param('goal_id', new IdOf('workflow_goal')) goalId: string,
    @Body() body: JsonObject,
  ) {
    const { enrollment_id: named, ...sent } = body;
    const enrollmentId = named ?? undefined;
    const now = this.clock.now();
    const fallbackId = () => nameOf(JSON.stringify(sent));
    const envelope = readEnvelope(sent, { tenantId: actor.tenantId, receivedAt: now, now, fallbackId });
    const isNamed = isUuid(enrollmentId);
    const faults = [...faultsOf(envelope), ...(enrollmentId === undefined || isNamed ? [] : [NO_ID])];
    if (envelope.kind !== 'event' || faults.length > 0) return err(invalid(faults));
    const which = isNamed ? enrollmentId.toLowerCase() : undefined;
    return this.door.send(new ExplainWorkflowGoal(actor, id, goalId, envelope.event, which));
  }
}

const NO_ID = fault('/enrollment_id', 'malformed', 'A UUID in its form of 36 characters.');

const faultsOf = (envelope: Envelope): readonly FieldFault[] => {
  if (envelope.kind === 'invalid') return envelope.faults;
  if (envelope.kind === 'event') return [];
  return [fault('/event_type', 'malformed', `No goal listens to it. One of: ${EVENT_TYPES.join(', ')}.`)];
};
