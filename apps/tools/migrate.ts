import { migrationSource } from '#infrastructure/database/data-source';

/** `npm run migration:run` and `npm run migration:revert`: as the owner of the tables, by DATABASE_MIGRATION_URL. */
const main = async (): Promise<void> => {
  const url = process.env.DATABASE_MIGRATION_URL ?? process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_MIGRATION_URL must say where PostgreSQL is, as the owner of the tables');
  const source = await migrationSource(url).initialize();
  try {
    if (process.argv.includes('--revert')) {
      await source.undoLastMigration();
      process.stdout.write('reverted the last migration\n');
    } else {
      const run = await source.runMigrations();
      process.stdout.write(
        run.length > 0 ? run.map(({ name }) => `migrated ${name}\n`).join('') : 'nothing to migrate\n',
      );
    }
  } finally {
    await source.destroy();
  }
};

void main();
