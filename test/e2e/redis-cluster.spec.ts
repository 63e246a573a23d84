import { build, PROJECT, Program } from '../support/built';

const SECONDS = 8;
const HARM = ['master of the cluster killed', 'shard handed over to another master', 'master of the cluster frozen'];

/** Six shards over three masters, three workers that are killed all the time, and the oracle of every fault run. */
describe('Event streams on a Redis Cluster', () => {
  beforeAll(build, 120_000);

  it('lose nothing and do nothing twice while masters die and shards move', async () => {
    const args = ['--cluster', '--seconds', String(SECONDS)];
    const ended = await Program.start('test/chaos/main.js', args, { cwd: PROJECT, env: {} }).ended;
    expect(ended).toMatchObject({ code: 0, err: '' });
    for (const words of [...HARM, 'nothing lost, nothing twice']) expect(ended.out).toContain(words);
  }, 240_000);
});
