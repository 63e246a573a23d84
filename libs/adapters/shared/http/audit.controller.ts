import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { auditListing, entityAuditListing } from '#application/shared/audit/audit-log';
import { ListAuditEntries } from '#application/shared/audit/list-audit-entries';
import { ListAuditEntriesOf } from '#application/shared/audit/list-audit-entries-of';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';

@ApiTags('Audit log')
@Controller()
export class AuditController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listAuditEntries',
    summary: 'List what was done in the tenant: who, when, and each changed field with its old and new value.',
    description:
      'Nothing is ever changed or taken out. `occurred_after` takes its moment in, `occurred_before` leaves it out.',
    permission: 'audit:read',
    answers: { page: auditListing },
  })
  @Get('audit-log')
  list(@Caller() actor: Actor, @PageOf(auditListing) page: PageRequest) {
    return this.door.send(new ListAuditEntries(actor, page));
  }

  @Operation({
    id: 'listWorkflowAuditEntries',
    summary: 'List what was done to a workflow, even to a deleted one.',
    description: 'Its goals and enrollments have entries of their own: see `/audit-log`.',
    permission: 'audit:read',
    answers: { page: entityAuditListing },
    errors: { 404: 'There never was such a workflow.' },
  })
  @Get('workflows/:id/audit-log')
  ofWorkflow(
    @Caller() actor: Actor,
    @Param('id', new IdOf('workflow')) id: string,
    @PageOf(entityAuditListing) page: PageRequest,
  ) {
    return this.door.send(new ListAuditEntriesOf(actor, 'workflow', id, page));
  }

  @Operation({
    id: 'listGoalAuditEntries',
    summary: 'List what was done to a goal, even to a deleted one.',
    permission: 'audit:read',
    answers: { page: entityAuditListing },
    errors: { 404: 'There never was such a goal.' },
  })
  @Get('goals/:id/audit-log')
  ofGoal(
    @Caller() actor: Actor,
    @Param('id', new IdOf('goal')) id: string,
    @PageOf(entityAuditListing) page: PageRequest,
  ) {
    return this.door.send(new ListAuditEntriesOf(actor, 'goal', id, page));
  }

  @Operation({
    id: 'listTaskAuditEntries',
    summary: 'List what was done to a task, even to a deleted one.',
    permission: 'audit:read',
    answers: { page: entityAuditListing },
    errors: { 404: 'There never was such a task.' },
  })
  @Get('tasks/:id/audit-log')
  ofTask(
    @Caller() actor: Actor,
    @Param('id', new IdOf('task')) id: string,
    @PageOf(entityAuditListing) page: PageRequest,
  ) {
    return this.door.send(new ListAuditEntriesOf(actor, 'task', id, page));
  }
}
