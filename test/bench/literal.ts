import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Setting } from './setting';

interface Event {
  readonly tenant_id: string;
  readonly contact_id: string;
  readonly data: { readonly form_id: string };
}

interface Enrollment {
  readonly id: string;
  readonly workflow_id: string;
  readonly contact: string;
}

interface Goal {
  readonly id: string;
  readonly criteria: { readonly form_id: string };
  readonly goal_type: string;
}

const CHANNEL = 'form.submitted';

/**
 * The event flow of source document 001 to the letter, as the floor: events published to Redis and heard one after the other; the
 * tenant set for row-level security, a query for the contact's enrollments, one for the goals of each, an evaluation of each goal,
 * and for a match the log, the exit, the cancelled actions, the event and the counter.
 */
class LiteralService {
  constructor(
    private readonly db: Client,
    private readonly redis: Redis,
  ) {}

  async handle(message: string): Promise<void> {
    const event = JSON.parse(message) as Event;
    await this.db.query(`SELECT set_config('app.tenant_ids', $1, false)`, [event.tenant_id]);
    for (const enrollment of await this.activeEnrollments(event)) {
      for (const goal of await this.goalsOf(event, enrollment)) {
        if (goal.criteria.form_id === event.data.form_id) await this.exitOnGoal(event, enrollment, goal);
      }
    }
  }

  private async activeEnrollments(event: Event): Promise<Enrollment[]> {
    const { rows } = await this.db.query<Enrollment>(
      `SELECT e.id, e.workflow_id, c.id AS contact FROM workflow_enrollments e JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
       WHERE e.tenant_id = $1 AND c.external_id = $2 AND e.status = 'active'`,
      [event.tenant_id, event.contact_id],
    );
    return rows;
  }

  private async goalsOf(event: Event, { workflow_id }: Enrollment): Promise<Goal[]> {
    const { rows } = await this.db.query<Goal>(
      'SELECT id, criteria, goal_type FROM workflow_goals WHERE tenant_id = $1 AND workflow_id = $2 AND is_active',
      [event.tenant_id, workflow_id],
    );
    return rows;
  }

  private async exitOnGoal({ tenant_id, ...event }: Event, enrollment: Enrollment, goal: Goal): Promise<void> {
    await this.db.query('BEGIN');
    await this.db.query(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type, achieved_at,
         recorded_at, event_id, trigger_event) VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), $8, $9)`,
      [
        ...[
          tenant_id,
          randomUUID(),
          enrollment.workflow_id,
          enrollment.id,
          enrollment.contact,
          goal.id,
          goal.goal_type,
        ],
        ...[randomUUID(), JSON.stringify(event)],
      ],
    );
    await this.db.query(
      `UPDATE workflow_enrollments SET status = 'completed_goal', exited_at = now(), exit_reason = 'goal_achieved', time_to_goal_ms = 0
       WHERE tenant_id = $1 AND id = $2`,
      [tenant_id, enrollment.id],
    );
    await this.db.query(
      `UPDATE workflow_pending_actions SET status = 'cancelled', finished_at = now() WHERE tenant_id = $1 AND enrollment_id = $2 AND status = 'pending'`,
      [tenant_id, enrollment.id],
    );
    await this.db.query('COMMIT');
    await this.redis.publish('workflow.goal.achieved', JSON.stringify({ tenant_id, enrollment, goal, event }));
    await this.db.query(
      `INSERT INTO workflow_daily_counters AS d (tenant_id, workflow_id, day, goals_achieved) VALUES ($1, $2, current_date, 1)
       ON CONFLICT (tenant_id, workflow_id, day) DO UPDATE SET goals_achieved = d.goals_achieved + 1`,
      [tenant_id, enrollment.workflow_id],
    );
  }
}

/** Resolves when all of them are handled. */
export const handleLiterally = async (
  { appUrl, redisUrl, redis }: Setting,
  events: readonly string[],
): Promise<void> => {
  const [db, subscriber] = [new Client({ connectionString: appUrl }), new Redis(redisUrl)];
  await db.connect();
  const service = new LiteralService(db, redis);
  const heard: string[] = [];
  subscriber.on('message', (_channel: string, message: string) => heard.push(message));
  await subscriber.subscribe(CHANNEL);
  for (const event of events) void redis.publish(CHANNEL, event);
  for (let n = 0; n < events.length; n += 1) {
    if (heard.length === n) await once(subscriber, 'message');
    await service.handle(heard[n] ?? '');
  }
  subscriber.disconnect();
  await db.end();
};
