import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { ClaimActions } from '#application/workflows/commands/claim-actions';
import { CompleteAction } from '#application/workflows/commands/complete-action';
import { FailAction } from '#application/workflows/commands/fail-action';
import { claimedActionsView, pendingActionView } from '#application/workflows/enrollment-views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf } from '#adapters/shared/http/parameters';
import { timeOf } from '#adapters/shared/http/rules';
import { ClaimBody, CompleteActionBody, FailActionBody } from '#adapters/workflows/http/pending-actions.bodies';

const Id = () => Param('id', new IdOf('pending_action'));
const LOST = {
  404: 'There is no such action.',
  409: 'The token holds no lease: it ran out, was used for something else, or the enrollment has ended.',
};

@ApiTags('Pending actions')
@Controller('pending-actions')
export class PendingActionsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'claimActions',
    summary: 'Take due actions to carry them out, each under a lease.',
    description:
      'Actions of open enrollments of active workflows that are due and have every step before them finished. When its lease runs out an action can be claimed again, and the old token holds nothing.',
    permission: 'action:execute',
    answers: claimedActionsView,
  })
  @Post('claim')
  claim(@Caller() actor: Actor, @Body() { limit = 50, lease_seconds: leaseSeconds, types }: ClaimBody) {
    return this.door.send(new ClaimActions(actor, { limit, leaseSeconds, types: types ?? null }));
  }

  @Operation({
    id: 'completeAction',
    summary: 'Say that a claimed action was carried out.',
    description: 'Saying so twice with one token answers 200 twice. The last step completes the enrollment.',
    permission: 'action:execute',
    answers: pendingActionView,
    errors: LOST,
  })
  @Post(':id/complete')
  complete(@Caller() actor: Actor, @Id() id: string, @Body() { token }: CompleteActionBody) {
    return this.door.send(new CompleteAction(actor, id, token));
  }

  @Operation({
    id: 'failAction',
    summary: 'Say that a claimed action could not be carried out.',
    permission: 'action:execute',
    answers: pendingActionView,
    errors: LOST,
  })
  @Post(':id/fail')
  fail(@Caller() actor: Actor, @Id() id: string, @Body() body: FailActionBody) {
    const retryAt = body.retry_at ? timeOf(body.retry_at) : null;
    return this.door.send(new FailAction(actor, id, body.token, { error: body.error ?? null, retryAt }));
  }
}
