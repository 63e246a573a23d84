import { randomUUID } from 'node:crypto';
import { eventually, TestApp } from '../support/app';
import { seedEnrollments, seedManyGoals, seedWorkflow } from '../support/seed';

/** A third of them sleeps; more than are read at once do not. */
const MANY = 15_200;
const LAST = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

describe('Where a tenant has more active goals than are read at once', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('the first one counts, the last one, and those of the tenants read after it', async () => {
    const tenants = [await app.tenant(), await app.tenant(), await app.tenant()];
    const [crowded = ''] = tenants.map(({ id }) => id).sort();
    const waiting: { tenant: string; form: string; contact: string; workflow: string }[] = [];
    for (const { id: tenant } of tenants) {
      for (let n = 0; n < 2; n += 1) {
        const [form, contact] = [randomUUID(), randomUUID()];
        const workflow = await seedWorkflow(app, tenant, [{ goalType: 'form_submitted', criteria: { form_id: form } }]);
        await seedEnrollments(app, tenant, workflow.id, [contact]);
        waiting.push({ tenant, form, contact, workflow: workflow.id });
        if (tenant === crowded && n === 1)
          await app.rows('UPDATE workflow_goals SET id = $2 WHERE workflow_id = $1', [workflow.id, LAST]);
      }
    }
    await addGoals(crowded);
    const pipeline = app.redis.pipeline();
    for (const { tenant, form, contact } of waiting)
      pipeline.xadd('goal-service:events:in:0', '*', 'event', JSON.stringify(submitted(tenant, contact, form)));
    await pipeline.exec();
    const open = () =>
      app.rows(`SELECT workflow_id FROM workflow_enrollments WHERE status = 'active' AND workflow_id = ANY ($1)`, [
        waiting.map(({ workflow }) => workflow),
      ]);
    expect(await eventually(open, ({ length }) => length === 0)).toEqual([]);
  });

  const submitted = (tenant_id: string, contact_id: string, form_id: string) => ({
    ...{ event_id: randomUUID(), event_type: 'form.submitted', tenant_id, contact_id },
    ...{ occurred_at: new Date().toISOString(), data: { form_id } },
  });

  const addGoals = async (tenant: string): Promise<void> => {
    await seedManyGoals(app, tenant, MANY);
    await app.rows(
      `UPDATE workflows SET status = 'paused' WHERE tenant_id = $1 AND id IN (
         SELECT workflow_id FROM workflow_goals WHERE tenant_id = $1 AND criteria_key = 'key' ORDER BY id LIMIT $2::int / 3)`,
      [tenant, MANY],
    );
  };
});
