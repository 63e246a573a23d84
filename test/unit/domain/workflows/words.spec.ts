import { ROLES } from '#domain/shared/permissions';
import {
  EXIT_REASONS,
  OPEN_STATUSES,
  PENDING_ACTION_STATUSES,
  UNFINISHED_STATUSES,
} from '#domain/workflows/enrollment';
import { GOAL_LOGICS, GOAL_TYPES } from '#domain/workflows/goal-type';
import { ACTION_TYPES, PENDING_ACTION_TYPES } from '#domain/workflows/steps';
import { WORKFLOW_STATUSES } from '#domain/workflows/workflow';

describe('the words that are stored and answered', () => {
  it.each([
    ['roles', ROLES, 'Owner Admin Editor Viewer'],
    ['workflow statuses', WORKFLOW_STATUSES, 'draft active paused'],
    ['goal logics', GOAL_LOGICS, 'any all'],
    ['goal types', GOAL_TYPES, 'tag_added purchase_made appointment_booked form_submitted pipeline_stage_reached'],
    ['actions', ACTION_TYPES, 'send_email send_sms add_tag webhook custom'],
    ['pending actions', PENDING_ACTION_TYPES, 'send_email send_sms add_tag webhook custom wait'],
    ['pending action statuses', PENDING_ACTION_STATUSES, 'pending claimed completed failed cancelled'],
    ['unfinished', UNFINISHED_STATUSES, 'pending claimed'],
    ['open', OPEN_STATUSES, 'active waiting'],
    ['exit reasons', EXIT_REASONS, 'goal_achieved workflow_deleted contact_opted_out contact_erased'],
  ])('%s', (_name, words, expected) => {
    expect(words.join(' ')).toBe(expected);
  });
});
