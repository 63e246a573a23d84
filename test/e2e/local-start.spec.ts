import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, PROJECT, Program } from '../support/built';
import { scratchFolder } from '../support/scratch-folder';
import { TraceCollector } from '../support/trace-collector';

const execute = promisify(execFile);
const CURL = /^curl -s (\S+) -H 'Authorization: Bearer (\S+)'$/m;
const TENANT = /Tenant +(\S+)/;

describe('npm start', () => {
  let home: string;
  const running = new Set<Program>();

  const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program => {
    const program = Program.start(file, ['--folder', join(home, 'local'), ...args], {
      cwd: home,
      env: { PORT: '0', METRICS_PORT: '0', ...env },
    });
    running.add(program);
    void program.ended.then(() => running.delete(program));
    return program;
  };
  const start = (env?: Readonly<Record<string, string>>) => run('apps/local/main.js', [], env);
  const token = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    run('apps/tools/token.js', args, env).ended;

  const pasted = async ([line]: RegExpExecArray): Promise<unknown> => {
    const { stdout } = await execute('sh', ['-c', line]);
    return JSON.parse(stdout) as unknown;
  };

  beforeAll(async () => {
    await build();
    home = await scratchFolder('start');
  }, 120_000);

  afterAll(async () => {
    for (const program of running) await program.end('SIGKILL');
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it('says which option is wrong instead of making a token', async () => {
    const { code, err } = await token(['--tenant', 'x', '--role', 'King', '--hours', '0']);
    expect(code).toBe(2);
    expect(err).toMatch(/--tenant takes.*--role takes one of Owner.*--hours takes.*Usage:/s);
  });

  it('says that no service runs when a token is asked for', async () => {
    const { code, err } = await token(['--tenant', '0197d0e0-0000-7000-8000-000000000001', '--role', 'Editor']);
    expect(code).toBe(2);
    expect(err).toMatch(/No local service is running/);
  });

  it('prints an address, a token and a curl line that works when pasted, and ends with 0', async () => {
    const service = start();
    const curl = await service.prints(CURL);
    expect(await pasted(curl)).toMatchObject({ items: [], total: 0 });
    const swagger = /Swagger UI +(\S+)/.exec(service.out)?.[1] ?? '';
    expect((await fetch(swagger)).status).toBe(200);
    expect(await service.end('SIGINT')).toMatchObject({ code: 0, err: '' });
  }, 60_000);

  it('starts again after everything was killed, with the same tenant, and old tokens still hold', async () => {
    const first = start();
    const firstCurl = await first.prints(CURL);
    const tenant = TENANT.exec(first.out)?.[1] ?? '';
    const made = await fetch(firstCurl[1] ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${String(firstCurl[2])}` },
      body: JSON.stringify({ name: 'Still there' }),
    });
    expect(made.status).toBe(201);
    await first.end('SIGKILL');

    const second = start();
    const secondCurl = await second.prints(CURL);
    expect(TENANT.exec(second.out)?.[1]).toBe(tenant);
    expect(await pasted(secondCurl)).toMatchObject({ items: [{ name: 'Still there' }] });
    const withOldToken = await fetch(secondCurl[1] ?? '', {
      headers: { Authorization: `Bearer ${String(firstCurl[2])}` },
    });
    expect(withOldToken.status).toBe(200);

    const asked = ['--tenant', tenant, '--role', 'Viewer', '--email', 'Ann@example.org'];
    const [one, other] = [await token(asked), await token(asked)];
    const users = [one, other].map(({ out }) => claimsOf(out));
    expect(users[0]).toMatchObject({ tenant_id: tenant, role: 'Viewer', type: 'access' });
    expect(users[1]?.sub).toBe(users[0]?.sub);
    const withToken = await fetch(secondCurl[1] ?? '', { headers: { Authorization: `Bearer ${one.out.trim()}` } });
    expect(withToken.status).toBe(200);
    expect(await token(asked, { NODE_ENV: 'production' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('refuses NODE_ENV=production') as string,
    });
    expect(await token(['--tenant', tenant.replace(/1$/, '2'), '--role', 'Viewer'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no tenant') as string,
    });
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
  }, 60_000);

  it('is followed by the first goal of the README, as it stands there', async () => {
    const service = start();
    const [, url = '', token = ''] = await service.prints(CURL);
    const block =
      /## A first goal.*?```sh\n(.*?)```/s.exec(readFileSync(join(PROJECT, 'README.md'), 'utf8'))?.[1] ?? '';
    expect(block.match(/curl -s/g)).toHaveLength(5);
    const script = block.replace('http://localhost:3000', new URL(url).origin).replaceAll(/^curl/gm, 'echo; curl');
    const { stdout } = await execute('sh', ['-c', script], { env: { ...process.env, TOKEN: token } });
    const answers = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
    expect(answers).toMatchObject([
      { goal_type: 'purchase_made' },
      { status: 'active' },
      { contact_id: 'c-42', status: 'waiting' },
      { results: [{ outcome: 'achieved', achievements: [{ exited: true }] }] },
    ]);
    await service.end('SIGTERM');
  }, 60_000);

  it('reads .env before it decides whether to trace', async () => {
    const collector = await TraceCollector.listen();
    await writeFile(join(home, '.env'), `OTEL_EXPORTER_OTLP_ENDPOINT=${collector.url}`);
    const service = start();
    await pasted(await service.prints(CURL));
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
    await rm(join(home, '.env'));
    collector.stop();
    expect(collector.spans.map(({ name }) => name)).toContain('ListWorkflows');
  }, 60_000);

  it('says which port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '0.0.0.0');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = String((other.address() as AddressInfo).port);
    const { code, err } = await start({ PORT: port }).ended;
    other.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} is in use`);
  }, 60_000);
});

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
