import { existsSync, readdirSync, readFileSync } from 'node:fs';

const FIRST = /^(import '#infrastructure\/local\/env-file';\n)?import '#infrastructure\/observability\/tracing';\n/;

describe('Tracing', () => {
  const processes = readdirSync('apps')
    .map((app) => `apps/${app}/main.ts`)
    .filter((file) => existsSync(file));

  it('is the first import of every process (ADR 0063)', () => {
    expect(processes.length).toBeGreaterThanOrEqual(3);
    expect(processes.filter((file) => !FIRST.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
