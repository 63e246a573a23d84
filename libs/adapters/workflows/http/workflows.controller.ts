import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { SeenVersion } from '#domain/shared/aggregate';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { ActivateWorkflow } from '#application/workflows/commands/activate-workflow';
import { CreateWorkflow } from '#application/workflows/commands/create-workflow';
import { DeleteWorkflow } from '#application/workflows/commands/delete-workflow';
import { EditWorkflow } from '#application/workflows/commands/edit-workflow';
import { PauseWorkflow } from '#application/workflows/commands/pause-workflow';
import { RestoreWorkflow } from '#application/workflows/commands/restore-workflow';
import { GetWorkflow } from '#application/workflows/queries/get-workflow';
import { ListWorkflows, workflowListing } from '#application/workflows/queries/list-workflows';
import { workflowView } from '#application/workflows/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, IfMatch, PageOf } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import { WorkflowBody, WorkflowPatch } from '#adapters/workflows/http/workflows.bodies';

const Id = () => Param('id', new IdOf('workflow'));

@ApiTags('Workflows')
@Controller('workflows')
export class WorkflowsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createWorkflow',
    summary: 'Make a workflow, as a draft.',
    permission: 'workflow:create',
    answers: workflowView,
    creates: true,
    errors: { 409: 'The name is taken.' },
  })
  @Post()
  create(@Caller() actor: Actor, @Body() body: WorkflowBody) {
    const { name, description = null, goal_logic: goalLogic = 'any', steps = [] } = body;
    return this.door.send(new CreateWorkflow(actor, { name, description, goalLogic, steps }));
  }

  @Operation({
    id: 'listWorkflows',
    summary: 'List workflows.',
    permission: 'workflow:read',
    answers: { page: workflowListing },
  })
  @Get()
  list(@Caller() actor: Actor, @PageOf(workflowListing) page: PageRequest) {
    return this.door.send(new ListWorkflows(actor, page));
  }

  @Operation({
    id: 'getWorkflow',
    summary: 'Read one workflow.',
    permission: 'workflow:read',
    answers: workflowView,
    errors: { 404: 'There is no such workflow.' },
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Id() id: string) {
    return this.door.send(new GetWorkflow(actor, id));
  }

  @Operation({
    id: 'editWorkflow',
    summary: 'Change a workflow, in any state (JSON merge patch).',
    description: 'A change holds for later decisions and enrollments, and by itself ends nothing.',
    permission: 'workflow:update',
    answers: workflowView,
    ifMatch: 'required',
    errors: { 404: 'There is no such workflow.', 409: 'The name is taken.' },
  })
  @Patch(':id')
  edit(@Caller() actor: Actor, @Id() id: string, @IfMatch() seen: SeenVersion, @Body() body: WorkflowPatch) {
    const { goal_logic: goalLogic, ...same } = body;
    return this.door.send(new EditWorkflow(actor, id, seen, given({ ...same, goalLogic })));
  }

  @Operation({
    id: 'deleteWorkflow',
    summary: 'Delete a workflow; its open enrollments exit.',
    permission: 'workflow:delete',
    answers: 'nothing',
    ifMatch: 'required',
    errors: { 404: 'There is no such workflow.' },
  })
  @Delete(':id')
  delete(@Caller() actor: Actor, @Id() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new DeleteWorkflow(actor, id, seen));
  }

  @Operation({
    id: 'activateWorkflow',
    summary: 'Start a workflow.',
    description: 'A transition: draft or paused to active; an active one stays as it is.',
    permission: 'workflow:update',
    answers: workflowView,
    ifMatch: 'optional',
    errors: { 404: 'There is no such workflow.', 409: 'Goals refer to what the catalog does not have (`reasons`).' },
  })
  @Post(':id/activate')
  activate(@Caller() actor: Actor, @Id() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new ActivateWorkflow(actor, id, seen));
  }

  @Operation({
    id: 'pauseWorkflow',
    summary: 'Pause a workflow.',
    description:
      'A transition: active to paused; a paused one stays as it is. Enrollments stay; nothing is decided or handed out meanwhile.',
    permission: 'workflow:update',
    answers: workflowView,
    ifMatch: 'optional',
    errors: { 404: 'There is no such workflow.', 409: 'It is a draft.' },
  })
  @Post(':id/pause')
  pause(@Caller() actor: Actor, @Id() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new PauseWorkflow(actor, id, seen));
  }

  @Operation({
    id: 'restoreWorkflow',
    summary: 'Bring a deleted workflow back, paused.',
    permission: 'workflow:delete',
    answers: workflowView,
    ifMatch: 'optional',
    errors: { 404: 'There is no such workflow.', 409: 'It is not deleted, or its name is taken meanwhile.' },
  })
  @Post(':id/restore')
  restore(@Caller() actor: Actor, @Id() id: string, @IfMatch() seen: SeenVersion) {
    return this.door.send(new RestoreWorkflow(actor, id, seen));
  }
}
