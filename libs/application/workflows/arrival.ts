import type { ContactEvent } from '#domain/workflows/contact-event';
import { view, type Shown } from '#application/shared/view';

/** An event that has come in. */
export interface Arrival {
  readonly event: ContactEvent;
  readonly requestId: string | null;
  /** Whether somebody waits to hear its outcome; only then it is worth finding out that it is a duplicate. */
  readonly answered: boolean;
}

export const OUTCOMES = ['achieved', 'no_match', 'duplicate', 'ignored', 'invalid'] as const;

export const eventAchievementView = view('EventAchievement', {
  id: 'uuid',
  enrollment_id: 'uuid',
  workflow_id: 'uuid',
  workflow_goal_id: 'uuid',
  exited: 'boolean',
});

/** What was decided about one event. `unknown_tenant` is told to the service's own doors only. */
export interface EventOutcome {
  readonly event_id: string;
  readonly outcome: 'achieved' | 'no_match' | 'duplicate' | 'unknown_tenant';
  readonly achievements: readonly Shown<typeof eventAchievementView>[];
}
