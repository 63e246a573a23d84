import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiBodyOptions } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { fault, type FieldFault } from '#domain/shared/errors';
import { below, isObject, type JsonObject } from '#domain/shared/json';
import type { SwitchChanges } from '#domain/notifications/switches';
import { NOTIFICATION_CHANNELS, NOTIFICATION_KINDS } from '#domain/notifications/words';
import { AsSent } from '#adapters/shared/http/body.pipe';

class SwitchesBody {
  @ApiPropertyOptional({ type: Boolean, description: 'Into the inbox. Usually on.' })
  inbox?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'By mail, where this installation sends mail. Usually off.' })
  email?: boolean;
}

/** Its form is checked below: inside, each fault is named by its own pointer. */
const Switches = (): PropertyDecorator =>
  applyDecorators(AsSent(), Allow(), ApiProperty({ type: SwitchesBody, required: false }));

export class NotificationSettingsBody implements SwitchChanges {
  @Switches()
  task_assigned?: SwitchesBody;

  @Switches()
  task_ready?: SwitchesBody;

  @Switches()
  goal_achieved?: SwitchesBody;

  @Switches()
  goal_missed?: SwitchesBody;

  @Switches()
  task_due_tomorrow?: SwitchesBody;

  @Switches()
  goal_off_track?: SwitchesBody;

  static furtherFaults(body: JsonObject): readonly FieldFault[] {
    return NOTIFICATION_KINDS.flatMap((kind) => (body[kind] === undefined ? [] : faultsOf(`/${kind}`, body[kind])));
  }
}

const faultsOf = (pointer: string, switches: unknown): FieldFault[] => {
  if (!isObject(switches)) return [fault(pointer, 'type', 'It must be an object of switches.')];
  return Object.entries(switches).flatMap(([channel, value]) => {
    const known = NOTIFICATION_CHANNELS.some((name) => name === channel);
    if (!known) return [fault(below(pointer, channel), 'unknown', 'There is no such switch.')];
    return typeof value === 'boolean'
      ? []
      : [fault(below(pointer, channel), 'is-boolean', 'It must be true or false.')];
  });
};

export const notificationSettingsExamples: ApiBodyOptions = {
  type: NotificationSettingsBody,
  examples: {
    mail: { summary: 'Be told by mail of tasks that are due', value: { task_due_tomorrow: { email: true } } },
    quiet: { summary: 'Not be told when goals are achieved', value: { goal_achieved: { inbox: false, email: false } } },
  },
};
