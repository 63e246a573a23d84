import { build, PROJECT, Program } from '../support/built';

const SECONDS = 20;

/** The short version of `npm run chaos`: the same harm, for less long. */
describe('A service that is killed, frozen and cut off all the time', () => {
  beforeAll(build, 120_000);

  it('loses nothing and does nothing twice', async () => {
    const chaos = Program.start('test/chaos/main.js', ['--seconds', String(SECONDS)], { cwd: PROJECT, env: {} });
    const { code, out, err } = await chaos.ended;
    expect(`${out}${err}`).toContain('nothing lost, nothing twice');
    expect(code).toBe(0);
  }, 240_000);

  it('nor when it dies at the very point', async () => {
    const chaos = Program.start('test/chaos/main.js', ['--points', '--runs', '1', '--at-once', '2'], {
      cwd: PROJECT,
      env: {},
    });
    const { code, out, err } = await chaos.ended;
    expect(`${out}${err}`).not.toContain('FAILED');
    expect(out.match(/nothing lost, nothing twice in 1 runs/g)).toHaveLength(18);
    expect(code).toBe(0);
  }, 240_000);
});
