import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, SETTINGS } from '#infrastructure/config/config';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { envExample, withSettingsTable } from '#infrastructure/config/settings-text';

const least = { DATABASE_URL: 'postgres://app@db/goals', REDIS_URL: 'redis://cache', SECRET_KEY: 's' };

describe('the configuration', () => {
  it('takes the defaults for all but where the servers are and the secret', () => {
    expect(readConfig(least)).toMatchObject({
      ...least,
      NODE_ENV: 'development',
      PORT: 3000,
      METRICS_PORT: 9464,
      EVENT_SHARDS: 1,
      EVENT_BATCH_SIZE: 2000,
      EVENT_PROCESSING_TIMEOUT_MS: 5000,
      LISTENER_TTL_SECONDS: 86_400,
      WORKFLOW_MAX_GOALS: 3,
    });
  });

  it('takes an empty value as not given', () => {
    expect(readConfig({ ...least, PORT: '', LOG_LEVEL: '' })).toMatchObject({ PORT: 3000, LOG_LEVEL: 'info' });
  });

  it('names every fault at once', () => {
    const read = () =>
      readConfig({
        PORT: '70000',
        EVENT_SHARDS: '0',
        LOG_LEVEL: 'loud',
        DATABASE_URL: 'mysql://db',
        DB_POOL_SIZE: '1e1',
      });
    expect(read).toThrow(/PORT must be a whole number from 0 to 65535/);
    for (const name of ['EVENT_SHARDS', 'LOG_LEVEL', 'DATABASE_URL', 'DB_POOL_SIZE', 'REDIS_URL', 'SECRET_KEY'])
      expect(read).toThrow(new RegExp(`- ${name} `));
  });

  it('refuses a secret of less than 32 bytes in production, and counts bytes', () => {
    const withSecret = (SECRET_KEY: string) => () => readConfig({ ...least, NODE_ENV: 'production', SECRET_KEY });
    expect(withSecret('x'.repeat(31))).toThrow(/SECRET_KEY/);
    expect(withSecret('x'.repeat(32))).not.toThrow();
    expect(withSecret('é'.repeat(16))).not.toThrow();
  });

  it('builds the address of PostgreSQL from its parts', () => {
    const { DATABASE_URL } = readConfig({
      REDIS_URL: 'rediss://cache',
      SECRET_KEY: 's',
      DB_HOST: 'db',
      DB_PORT: '6543',
      DB_USER: 'app',
      DB_PASSWORD: 'p@ss/word',
    });
    expect(DATABASE_URL).toBe('postgres://app:p%40ss%2Fword@db:6543/goal_service');
  });
});

describe('what is written about the settings', () => {
  const file = (name: string) => readFileSync(join(PROJECT_FOLDER, name), 'utf8');

  it('.env.example is what `npm run settings` writes', () => {
    expect(file('.env.example')).toBe(envExample());
  });

  it('the table in the README is what `npm run settings` writes', () => {
    const readme = file('README.md');
    expect(readme).toBe(withSettingsTable(readme));
  });

  it('refuses a README without a place for the table', () => {
    expect(() => withSettingsTable('# Nothing here')).toThrow(/stands between/);
  });

  it('.env.example names every setting, and its defaults are read without a fault', () => {
    const lines = envExample().matchAll(/^# ([A-Z_]+)=(.*)$/gm);
    const given = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
    expect(Object.keys(given)).toEqual(Object.keys(SETTINGS));
    expect(readConfig({ ...given, ...least })).toEqual(readConfig(least));
  });

  it('says of every setting what it means', () => {
    for (const { means } of Object.values(SETTINGS)) expect(means).toMatch(/^.+\.$/);
  });
});
