/** What a person can be told of (SPEC 6, 7; API, *Own inbox*). */
export const NOTIFICATION_KINDS = [
  'task_assigned',
  'task_ready',
  'goal_achieved',
  'goal_missed',
  'task_due_tomorrow',
  'goal_off_track',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** The ways in which a person can be told. */
export const NOTIFICATION_CHANNELS = ['inbox', 'email'] as const;
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number];
