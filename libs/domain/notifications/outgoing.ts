/** Every type of fact that notifications tell outside (API, *Messages going out*); `docs/asyncapi.yaml` describes each. */
export const NOTIFICATION_FACTS = ['notification.sent'] as const;
export type NotificationFact = (typeof NOTIFICATION_FACTS)[number];
