import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protect } from '#migrations/row-level-security';

const COUNTERS = [
  'enrolled',
  'ended',
  'goals_achieved',
  'time_to_goal_ms',
  'tag_added',
  'purchase_made',
  'appointment_booked',
  'form_submitted',
  'pipeline_stage_reached',
];

/** The counters of a workflow's day side by side in one row: an exit, which adds to four of them, writes it once (ADR 0072). */
export class CountersSideBySide1795240000026 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      rebuilt(
        `${COUNTERS.map((counter) => `${counter} bigint NOT NULL DEFAULT 0`).join(', ')},
         PRIMARY KEY (tenant_id, workflow_id, day)`,
        // Every batch writes them anew: with room on the page a new version needs no new entry in the index.
        'WITH (fillfactor = 50)',
        `SELECT tenant_id, workflow_id, day, ${COUNTERS.map((counter) => `coalesce(sum(value) FILTER (WHERE counter = '${counter}'), 0)`).join(', ')}
         FROM before GROUP BY 1, 2, 3`,
      ),
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      rebuilt(
        `counter text NOT NULL CHECK (counter IN (${COUNTERS.map((counter) => `'${counter}'`).join(', ')})),
         value bigint NOT NULL,
         PRIMARY KEY (tenant_id, workflow_id, day, counter)`,
        '',
        `SELECT tenant_id, workflow_id, day, c.counter, c.value FROM before,
         LATERAL (VALUES ${COUNTERS.map((counter) => `('${counter}', ${counter})`).join(', ')}) AS c (counter, value)
         WHERE c.value <> 0`,
      ),
    );
  }
}

/** The table anew, with what it held; nobody sees the rows of all tenants but for the one statement that copies them. */
const rebuilt = (columns: string, storage: string, rows: string): string => `
  ALTER TABLE workflow_daily_counters NO FORCE ROW LEVEL SECURITY;
  CREATE TEMPORARY TABLE before ON COMMIT DROP AS SELECT * FROM workflow_daily_counters;
  DROP TABLE workflow_daily_counters;
  CREATE TABLE workflow_daily_counters (
    tenant_id uuid NOT NULL,
    workflow_id uuid NOT NULL,
    day date NOT NULL,
    ${columns},
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id)
  ) ${storage};
  INSERT INTO workflow_daily_counters ${rows};
  ${protect('workflow_daily_counters')}
  CREATE POLICY jobs ON workflow_daily_counters TO goal_jobs USING (true);
  GRANT SELECT, INSERT, UPDATE ON workflow_daily_counters TO goal_app;
  GRANT SELECT, DELETE ON workflow_daily_counters TO goal_jobs;`;
