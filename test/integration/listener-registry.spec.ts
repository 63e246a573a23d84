import { ClsService } from 'nestjs-cls';
import { Actor } from '#domain/shared/actor';
import { Database } from '#adapters/shared/persistence/database';
import { RedisListenerRegistry } from '#adapters/workflows/messaging/redis-listener-registry';
import { SystemClock } from '#infrastructure/context/scope';
import { TestApp } from '../support/app';
import { inDoor } from '../support/in-door';
import { Story } from '../support/stories';

describe('two who write one workflow’s listeners at once (SPEC 4.6)', () => {
  let app: TestApp;
  let story: Story;

  beforeAll(async () => {
    app = await TestApp.start();
    story = await Story.begin(app);
  });
  afterAll(() => app.stop());

  /** Renews a workflow's listeners; between its first reading of the truth and its writing, something else happens. */
  const renewWhile = (workflowId: string, something: () => Promise<void>): Promise<void> => {
    const real = app.nest.get<Database>(Database);
    let isFirst = true;
    const db = Object.create(real, {
      query: {
        value: async (sql: string, parameters: readonly unknown[]) => {
          const rows = await real.query(sql, parameters);
          if (isFirst) {
            isFirst = false;
            await app.nest.get(ClsService).exit(something);
          }
          return rows;
        },
      },
    }) as Database;
    const registry = new RedisListenerRegistry(db, app.redis, new SystemClock(), 60_000);
    const { id: tenantId } = story.tenant;
    return inDoor(app, Actor.system([tenantId], 'workflow_goal:read'), () =>
      registry.renew([{ tenantId, workflowId }]),
    );
  };

  const registered = async (workflow: string): Promise<string[]> => {
    const text = await app.redis.get(`goal-service:listeners:${story.tenant.id}:${workflow}`);
    return Object.keys(JSON.parse(text ?? '{}') as object);
  };

  it('does not bring listeners back that a pause has removed meanwhile', async () => {
    const workflow = await story.workflow();
    await story.goal(workflow);
    await story.activate(workflow);
    await app.redis.flushdb();
    await renewWhile(workflow, () => story.pause(workflow));
    expect(await registered(workflow)).toEqual([]);
  });

  it('does not take listeners away that an activation has made meanwhile', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    await renewWhile(workflow, () => story.activate(workflow));
    expect(await registered(workflow)).toEqual([id]);
  });

  it('takes what does not look like listeners for none', async () => {
    const workflow = await story.workflow();
    const { id } = await story.goal(workflow);
    await story.activate(workflow);
    for (const garbage of [
      'no json',
      '7',
      '{"a":1}',
      `{"${id}":{"event_type":"form.submitted","registered_at":"now"}}`,
    ]) {
      await app.redis.set(`goal-service:listeners:${story.tenant.id}:${workflow}`, garbage);
      await renewWhile(workflow, () => Promise.resolve());
      expect(await registered(workflow)).toEqual([id]);
    }
  });
});
