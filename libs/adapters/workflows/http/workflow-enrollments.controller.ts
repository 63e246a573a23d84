import { Body, Controller, Get, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain/shared/actor';
import { map, type Result } from '#domain/shared/result';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { EnrollContact } from '#application/workflows/commands/enroll-contact';
import { EnrollContacts } from '#application/workflows/commands/enroll-contacts';
import { ExitEnrollments } from '#application/workflows/commands/exit-enrollments';
import { enrollmentView, exitedView, type EnrollmentView } from '#application/workflows/enrollment-views';
import { enrollmentListing, ListEnrollments } from '#application/workflows/queries/list-enrollments';
import { Operation, type OperationSpec } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { timeOf } from '#adapters/shared/http/rules';
import {
  bodySchema,
  enrollmentResultsView,
  readMany,
  readOne,
  resultsOf,
  type Body as Asked,
  type EnrollmentResults,
} from '#adapters/workflows/http/enrollment-batch';
import { BulkExitBody, EnrollmentBody } from '#adapters/workflows/http/enrollments.bodies';

const WorkflowId = () => Param('id', new IdOf('workflow'));

const ENROLL: OperationSpec = {
  id: 'enrollContacts',
  summary: 'Enroll a contact, or up to 1,000 at once.',
  description:
    'One contact: 201. Many, in `items`: 200 with a result for each, which has the status and the answer it would have had alone; one that is refused holds up no other.',
  permission: 'enrollment:create',
  answers: enrollmentView,
  creates: true,
  createsMany: enrollmentResultsView,
  livesIn: 'enrollments',
  errors: {
    404: 'There is no such workflow.',
    409: 'The workflow is not active, the contact has opted out, or it has an open enrollment in the workflow.',
    413: 'More than 2 MB.',
  },
};

@ApiTags('Enrollments')
@Controller('workflows/:id/enrollments')
export class WorkflowEnrollmentsController {
  constructor(private readonly door: Door) {}

  @Operation(ENROLL)
  @ApiExtraModels(EnrollmentBody)
  @ApiBody({ schema: bodySchema({ $ref: getSchemaPath(EnrollmentBody) }) })
  @Post()
  async enroll(
    @Caller() actor: Actor,
    @WorkflowId() id: string,
    @Body() body: Asked,
    @Req() request: FastifyRequest,
  ): Promise<Result<EnrollmentView | EnrollmentResults>> {
    if (!('items' in body)) {
      const contact = await readOne(body);
      return contact.ok ? this.door.send(new EnrollContact(actor, id, contact.value)) : contact;
    }
    const items = await readMany(body);
    if (!items.ok) return items;
    const results = await this.door.send(new EnrollContacts(actor, id, items.value));
    return map(results, (each) => resultsOf(each, request.id));
  }

  @Operation({
    id: 'listEnrollments',
    summary: 'List the enrollments of a workflow.',
    permission: 'enrollment:read',
    answers: { page: enrollmentListing },
    errors: { 404: 'There is no such workflow.' },
  })
  @Get()
  list(@Caller() actor: Actor, @WorkflowId() id: string, @PageOf(enrollmentListing) page: PageRequest) {
    return this.door.send(new ListEnrollments(actor, id, page));
  }

  @Operation({
    id: 'exitEnrollments',
    summary: 'End the open enrollments that fit a filter.',
    description: 'Give `contact_ids` or `enrolled_before`; given both, both must fit.',
    permission: 'enrollment:update',
    answers: exitedView,
    errors: { 404: 'There is no such workflow.' },
  })
  @Post('exit')
  exit(@Caller() actor: Actor, @WorkflowId() id: string, @Body() body: BulkExitBody) {
    const filter = {
      ...(body.contact_ids && { contactIds: body.contact_ids }),
      ...(body.enrolled_before !== undefined && { enrolledBefore: timeOf(body.enrolled_before) }),
    };
    return this.door.send(new ExitEnrollments(actor, id, filter, body.reason));
  }
}
