import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';

interface Event {
  readonly tenant_id: string;
  readonly contact_id: string;
  readonly data: { readonly form_id: string };
}

/**
 * The event flow of source document 001 to the letter, as the floor: one event after the other, a query for its enrollments, one
 * for the goals of each, an evaluation of each goal, and for a match the log, the exit, the cancelled actions and the event.
 */
export const literalService = (url: string) => {
  const pool = new Pool({ connectionString: url, max: 1 });
  const getActiveEnrollments = (event: Event) =>
    pool.query<{ id: string; workflow_id: string; contact: string }>(
      `SELECT e.id, e.workflow_id, c.id AS contact FROM workflow_enrollments e JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
       WHERE e.tenant_id = $1 AND c.external_id = $2 AND e.status = 'active'`,
      [event.tenant_id, event.contact_id],
    );
  const getWorkflowGoals = (event: Event, workflowId: string) =>
    pool.query<{ id: string; criteria: { form_id: string }; goal_type: string }>(
      'SELECT id, criteria, goal_type FROM workflow_goals WHERE tenant_id = $1 AND workflow_id = $2 AND is_active',
      [event.tenant_id, workflowId],
    );
  const exitOnGoal = async (
    event: Event,
    enrollment: { id: string; workflow_id: string; contact: string },
    goal: { id: string; goal_type: string },
  ) => {
    await pool.query('BEGIN');
    await pool.query(
      `INSERT INTO workflow_goal_achievements (tenant_id, id, workflow_id, enrollment_id, contact_id, workflow_goal_id, goal_type, achieved_at,
         recorded_at, event_id, trigger_event) VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), $8, $9)`,
      [
        event.tenant_id,
        randomUUID(),
        enrollment.workflow_id,
        enrollment.id,
        enrollment.contact,
        goal.id,
        goal.goal_type,
        randomUUID(),
        JSON.stringify(event),
      ],
    );
    await pool.query(
      `UPDATE workflow_enrollments SET status = 'completed_goal', exited_at = now(), exit_reason = 'goal_achieved', time_to_goal_ms = 0
       WHERE tenant_id = $1 AND id = $2`,
      [event.tenant_id, enrollment.id],
    );
    await pool.query(
      `UPDATE workflow_pending_actions SET status = 'cancelled', finished_at = now() WHERE tenant_id = $1 AND enrollment_id = $2 AND status = 'pending'`,
      [event.tenant_id, enrollment.id],
    );
    await pool.query('INSERT INTO outbox (tenant_id, message_id, message, created_at) VALUES ($1, $2, $3, now())', [
      event.tenant_id,
      randomUUID(),
      JSON.stringify({ event_type: 'workflow.goal.achieved', details: event }),
    ]);
    await pool.query('COMMIT');
  };
  return {
    async handle(message: string): Promise<void> {
      const event = JSON.parse(message) as Event;
      for (const enrollment of (await getActiveEnrollments(event)).rows) {
        for (const goal of (await getWorkflowGoals(event, enrollment.workflow_id)).rows) {
          if (goal.criteria.form_id === event.data.form_id) await exitOnGoal(event, enrollment, goal);
        }
      }
    },
    stop: () => pool.end(),
  };
};
