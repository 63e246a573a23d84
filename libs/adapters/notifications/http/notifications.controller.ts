import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { EditNotificationSettings } from '#application/notifications/commands/edit-settings';
import { MarkAllRead } from '#application/notifications/commands/mark-all-read';
import { MarkRead } from '#application/notifications/commands/mark-read';
import { GetNotificationSettings } from '#application/notifications/queries/get-settings';
import { ListNotifications } from '#application/notifications/queries/list-notifications';
import {
  notificationListing,
  notificationSettingsView,
  notificationView,
  readCountView,
  unreadBeside,
} from '#application/notifications/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import {
  NotificationSettingsBody,
  notificationSettingsExamples,
} from '#adapters/notifications/http/notification-settings.bodies';

@ApiTags('Own inbox')
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listNotifications',
    summary: 'List what the caller was told.',
    description:
      'Everybody sees their own inbox and no other. `unread` counts all that is not read, whatever is filtered by.',
    permission: 'person',
    answers: { page: notificationListing, beside: unreadBeside },
  })
  @Get()
  list(@Caller() actor: Actor, @PageOf(notificationListing) page: PageRequest) {
    return this.door.send(new ListNotifications(actor, page));
  }

  @Operation({
    id: 'getNotificationSettings',
    summary: 'Read what the caller wants to be told, and how.',
    description: 'One switch per kind and channel. `email` does something only where the installation sends mail.',
    permission: 'person',
    answers: notificationSettingsView,
  })
  @Get('settings')
  settings(@Caller() actor: Actor) {
    return this.door.send(new GetNotificationSettings(actor));
  }

  @Operation({
    id: 'editNotificationSettings',
    summary: 'Switch what the caller is told on or off (JSON merge patch).',
    description: 'A switch left out stays as it is. It counts for what happens from then on.',
    permission: 'person',
    answers: notificationSettingsView,
  })
  @ApiBody(notificationSettingsExamples)
  @Patch('settings')
  edit(@Caller() actor: Actor, @Body() body: NotificationSettingsBody) {
    return this.door.send(new EditNotificationSettings(actor, given(body)));
  }

  @Operation({
    id: 'markAllNotificationsRead',
    summary: 'Mark everything in the caller’s inbox as read.',
    description: '`read` counts what was not read before.',
    permission: 'person',
    answers: readCountView,
  })
  @Post('read-all')
  readAll(@Caller() actor: Actor) {
    return this.door.send(new MarkAllRead(actor));
  }

  @Operation({
    id: 'markNotificationRead',
    summary: 'Mark a notification as read.',
    description: 'One that is read already stays as it is.',
    permission: 'person',
    answers: notificationView,
    errors: { 404: 'The caller has no such notification.' },
  })
  @Post(':id/read')
  read(@Caller() actor: Actor, @Param('id', new IdOf('notification')) id: string) {
    return this.door.send(new MarkRead(actor, id));
  }
}
