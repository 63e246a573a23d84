import { build, PROJECT, Program } from '../support/built';

const SECONDS = 20;
const SECONDS_ON_CLUSTER = 8;
const HARM_OF_CLUSTER = [
  'master of the cluster killed',
  'shard handed over to another master',
  'master of the cluster frozen',
];
// One after the other, or each would take the others' processors; beside all other suites that takes its time.
const PATIENCE_MS = 400_000;

/** The short version of `npm run chaos`: the same harm, for less long. */
describe('A service that is killed, frozen and cut off all the time', () => {
  beforeAll(build, 120_000);

  it(
    'loses nothing and does nothing twice',
    async () => {
      const chaos = Program.start('test/chaos/main.js', ['--seconds', String(SECONDS)], { cwd: PROJECT, env: {} });
      const { code, out, err } = await chaos.ended;
      expect(`${out}${err}`).toContain('nothing lost, nothing twice');
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'nor when it dies at the very point',
    async () => {
      const chaos = Program.start('test/chaos/main.js', ['--points', '--runs', '1', '--at-once', '2'], {
        cwd: PROJECT,
        env: {},
      });
      const { code, out, err } = await chaos.ended;
      expect(`${out}${err}`).not.toContain('FAILED');
      expect(out.match(/nothing lost, nothing twice in 1 runs/g)).toHaveLength(18);
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'nor where its events come in on a cluster, masters die and shards move',
    async () => {
      const args = ['--cluster', '--seconds', String(SECONDS_ON_CLUSTER)];
      const { code, out, err } = await Program.start('test/chaos/main.js', args, { cwd: PROJECT, env: {} }).ended;
      for (const words of [...HARM_OF_CLUSTER, 'nothing lost, nothing twice']) expect(`${out}${err}`).toContain(words);
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );
});
