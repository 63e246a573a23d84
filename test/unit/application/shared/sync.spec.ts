import { Actor } from '#domain/shared/actor';
import type { Result } from '#domain/shared/result';
import { GetSync, GetSyncHandler } from '#application/shared/sync/get-sync';
import { PublishSyncBatch, PublishSyncBatchHandler } from '#application/shared/sync/publish-sync-batch';
import { TriggerSync, TriggerSyncHandler } from '#application/shared/sync/trigger-sync';
import { InMemorySyncRuns, InMemorySyncSources } from '../../../support/fakes/in-memory-sync-runs';
import { CountingIds } from '../../../support/fakes/tools';

const TENANT = 'tenant-1';
const [owner, editor] = (['Owner', 'Editor'] as const).map((role) => Actor.member(TENANT, 'user-1', role)) as [
  Actor,
  Actor,
];
const service = Actor.system([TENANT], 'sync:trigger');

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};

const world = (goal: number, task: number, workflow: number) => {
  const runs = new InMemorySyncRuns();
  const sources = new InMemorySyncSources({ goal, task, workflow });
  const [begin, look, carryOn] = [
    new TriggerSyncHandler(runs, sources, new CountingIds()),
    new GetSyncHandler(runs),
    new PublishSyncBatchHandler(runs, sources),
  ];
  return {
    ...{ runs, sources },
    trigger: (actor = owner) => begin.execute(new TriggerSync(actor)),
    see: (id: string, actor = owner) => look.execute(new GetSync(actor, id)),
    publish: (id: string, actor = service) => carryOn.execute(new PublishSyncBatch(actor, id, 2)),
  };
};

describe('A run that publishes the present state', () => {
  it('is begun, looked at and carried on only by who may trigger one', async () => {
    const { trigger, see, publish } = world(1, 1, 1);
    for (const refused of [await trigger(editor), await see('any', editor), await publish('any', editor)])
      expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });

  it('says how many there are of each kind, and answers itself while it goes on', async () => {
    const { trigger } = world(3, 2, 1);
    const run = valueOf(await trigger());
    expect(run).toMatchObject({
      ...{ status: 'running', progress_percentage: 0, finished_at: null },
      kinds: {
        goal: { total: 3, published: 0 },
        task: { total: 2, published: 0 },
        workflow: { total: 1, published: 0 },
      },
    });
    expect(valueOf(await trigger()).id).toBe(run.id);
  });

  it('tells each thing once, kind after kind, in batches, and then has nothing more to do', async () => {
    const { trigger, see, publish, runs } = world(3, 0, 2);
    const { id } = valueOf(await trigger());
    const progress: number[] = [];
    while (valueOf(await publish(id))) progress.push(valueOf(await see(id)).progress_percentage);
    expect(runs.told.map(({ kind }) => kind)).toEqual(['goal', 'goal', 'goal', 'workflow', 'workflow']);
    expect(new Set(runs.told.map((one) => one.id)).size).toBe(5);
    expect(progress).toEqual([40, 60, 60, 99, 100]);
    expect(valueOf(await see(id))).toMatchObject({ status: 'completed', kinds: { workflow: { published: 2 } } });
    expect(valueOf(await trigger()).id).not.toBe(id);
  });

  it('is at 0 until it is done where there was nothing when it began', async () => {
    const { trigger, see, publish } = world(0, 0, 0);
    const { id } = valueOf(await trigger());
    expect(valueOf(await publish(id))).toBe(true);
    expect(valueOf(await see(id)).progress_percentage).toBe(0);
  });

  it('is left to whoever holds it', async () => {
    const { trigger, publish, runs } = world(3, 0, 0);
    const { id } = valueOf(await trigger());
    runs.held.add(id);
    expect(valueOf(await publish(id))).toBe(false);
    expect(runs.told).toEqual([]);
  });

  it('is not there for another tenant, nor under another id', async () => {
    const { trigger, see } = world(1, 0, 0);
    const { id } = valueOf(await trigger());
    const stranger = Actor.member('tenant-2', 'user-2', 'Owner');
    expect(await see(id, stranger)).toMatchObject({ ok: false, error: { code: 'sync.not-found' } });
    expect(await see('another')).toMatchObject({ ok: false, error: { code: 'sync.not-found' } });
  });
});
