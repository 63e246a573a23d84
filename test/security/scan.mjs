/**
 * `npm run scan -- <folder for reports>`: sqlmap and wapiti against a service that runs on this machine (`npm start` with
 * `RATE_LIMIT=0 RATE_LIMIT_ANALYTICS=0 RATE_LIMIT_AUTH=0 RATE_LIMIT_LOGIN=0`), on every list with its filters, and on the login. The
 * token is read from TOKEN. Fails when anything can be injected or is worse than a hint. Both are Debian packages.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [reports = '.local/scan'] = process.argv.slice(2);
const { URL: origin = 'http://127.0.0.1:3000', TOKEN: token = '' } = process.env;
if (!/^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(`${origin}/`))
  throw new Error('only a service on this machine is scanned');
mkdirSync(reports, { recursive: true });

const minutes = (n) => n * 60_000;
const run = (program, args, timeout) => {
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8', timeout, maxBuffer: 1 << 28 });
  if (error) throw error;
  return stdout;
};

const { paths } = await (await fetch(`${origin}/docs-json`)).json();

const UUID = '0190a000-0000-7000-8000-000000000001';
const BY_KIND = { 'date-time': '2026-01-01T00:00:00Z', uuid: UUID };
const BY_TYPE = { integer: '1', number: '1', boolean: 'true' };

/** Something the parameter takes, so that what is put behind it is looked at. */
const valueOf = (schema = {}) => {
  const one = schema.items ?? schema;
  const word = one.default ?? one.enum?.[0] ?? one.anyOf?.find(({ enum: words }) => words)?.enum[0];
  return word ?? BY_KIND[one.format] ?? BY_TYPE[one.type] ?? 'a';
};

/** Every list, with a value for each of its filters. */
const lists = Object.entries(paths).flatMap(([path, { get }]) => {
  const filters = (get?.parameters ?? []).filter((parameter) => parameter.in === 'query');
  if (path.includes('{') || filters.length === 0) return [];
  const values = filters
    .filter(({ name }) => !['cursor', 'offset', 'deleted'].includes(name))
    .map(({ name, schema }) => `${name}=${valueOf(schema)}`);
  return [`${origin}${path}?${values.join('&')}`];
});

const faults = [];
const sqlmap = (name, args) => {
  const out = run(
    'sqlmap',
    ['--batch', '--disable-coloring', '--output-dir', join(reports, 'sqlmap'), ...args],
    minutes(5),
  );
  const verdict = /is vulnerable|injectable with|identified the following injection/.test(
    out.replaceAll(/not .*injectable/g, ''),
  );
  if (verdict || !/do not appear to be injectable/.test(out)) faults.push(`sqlmap: ${name}\n${out.slice(-2000)}`);
  console.log(`sqlmap  ${verdict ? 'FAULT' : 'nothing'}  ${name}`);
};

for (const url of lists)
  sqlmap(url.replace(origin, ''), ['--level', '2', '-u', url, '-H', `Authorization: Bearer ${token}`]);
const login = JSON.stringify({ email: '*', password: '*' });
sqlmap('POST /auth/login', [
  '-u',
  `${origin}/api/v1/auth/login`,
  '-H',
  'Content-Type: application/json',
  '--data',
  login,
]);

for (const url of [`${origin}/docs`, ...lists]) {
  const file = join(reports, 'wapiti.json');
  const modules = 'sql,blindsql,exec,file,xss,permanentxss,crlf,redirect,backup,csp,http_headers,methods';
  const args = ['-u', url, '--scope', 'url', '-m', modules, '-H', `Authorization: Bearer ${token}`, '--flush-session'];
  run('wapiti', [...args, '--max-scan-time', '60', '-f', 'json', '-o', file], minutes(3));
  const { vulnerabilities } = JSON.parse(readFileSync(file, 'utf8'));
  const found = Object.entries(vulnerabilities).flatMap(([kind, all]) =>
    all.map(({ level, info }) => ({ kind, level, info })),
  );
  for (const { kind, info } of found.filter(({ level }) => level > 1)) faults.push(`wapiti: ${url}: ${kind}: ${info}`);
  console.log(`wapiti  ${found.length} hints  ${url.replace(origin, '')}`);
}

for (const fault of faults) console.log(`\n${fault}`);
console.log(`${lists.length} lists and the login, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
