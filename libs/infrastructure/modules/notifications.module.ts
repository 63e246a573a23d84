import type { Provider, Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Members } from '#application/identity/contract';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { Announcer } from '#application/notifications/announcer';
import { EditNotificationSettingsHandler } from '#application/notifications/commands/edit-settings';
import { MarkAllReadHandler } from '#application/notifications/commands/mark-all-read';
import { MarkReadHandler } from '#application/notifications/commands/mark-read';
import { RecordDeliveriesHandler } from '#application/notifications/commands/record-deliveries';
import { SendDailyNoticesHandler } from '#application/notifications/commands/send-daily-notices';
import { TakeFactsHandler } from '#application/notifications/commands/take-facts';
import { Deliveries } from '#application/notifications/ports/deliveries';
import { Inbox } from '#application/notifications/ports/inbox';
import { InboxReadModel } from '#application/notifications/ports/inbox-read-model';
import { OpenChannels } from '#application/notifications/ports/open-channels';
import { SettingsStore } from '#application/notifications/ports/settings-store';
import { ComposeMessagesHandler } from '#application/notifications/queries/compose-messages';
import { GetNotificationSettingsHandler } from '#application/notifications/queries/get-settings';
import { ListNotificationsHandler } from '#application/notifications/queries/list-notifications';
import { NotificationsController } from '#adapters/notifications/http/notifications.controller';
import { SqlDeliveries } from '#adapters/notifications/persistence/sql-deliveries';
import { SqlInbox } from '#adapters/notifications/persistence/sql-inbox';
import { SqlSettingsStore } from '#adapters/notifications/persistence/sql-settings-store';
import { Config } from '#infrastructure/config/config';
import { DailyNotices } from '#infrastructure/database/daily-notices';
import { MailDeliveries } from '#infrastructure/mail/mail-deliveries';
import { SmtpChannel } from '#infrastructure/mail/smtp-channel';
import { NoticeLoop } from '#infrastructure/redis/notice-loop';

const commands = [
  TakeFactsHandler,
  SendDailyNoticesHandler,
  MarkReadHandler,
  MarkAllReadHandler,
  EditNotificationSettingsHandler,
  RecordDeliveriesHandler,
];

const queries = [ListNotificationsHandler, GetNotificationSettingsHandler, ComposeMessagesHandler];

const ports: Provider[] = [
  { provide: Inbox, useClass: SqlInbox },
  { provide: InboxReadModel, useClass: SqlInbox },
  { provide: SettingsStore, useClass: SqlSettingsStore },
  { provide: Deliveries, useClass: SqlDeliveries },
  {
    provide: OpenChannels,
    inject: [Config],
    useFactory: (config: Config): OpenChannels => ({ names: config.SMTP_URL ? ['inbox', 'email'] : ['inbox'] }),
  },
  // None unless a mail server is named.
  {
    provide: SmtpChannel,
    inject: [Config],
    useFactory: ({ SMTP_URL: url, MAIL_FROM: from, BREAKER_FAILURES: failures, BREAKER_RESET_MS: resetMs }: Config) =>
      url ? new SmtpChannel(url, from, { failures, resetMs }) : null,
  },
  {
    provide: Announcer,
    inject: [Members, SettingsStore, OpenChannels, Inbox, Clock],
    useFactory: (...[members, settings, open, inbox, clock]: ConstructorParameters<typeof Announcer>) =>
      new Announcer(members, settings, open, inbox, clock),
  },
];

/** Off unless a mail server is named. */
const mail: Provider[] = [
  {
    provide: MailDeliveries,
    inject: [DataSource, Door, Clock, SmtpChannel],
    useFactory: (source: DataSource, door: Door, clock: Clock, channel: SmtpChannel | null) =>
      channel && new MailDeliveries(source, door, clock, channel),
  },
];

/** Everything the context can do, and the doors it can be asked through. */
export const notifications = {
  providers: [...commands, ...queries, ...ports] as Provider[],
  controllers: [NotificationsController] as Type[],
  /** What runs by itself in a worker. */
  workers: [NoticeLoop, DailyNotices, ...mail] as Provider[],
};
