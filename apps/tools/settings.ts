import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, withSettingsTable } from '#infrastructure/config/settings-text';

/** `npm run settings`: writes `.env.example` and the README's table from the settings the service reads. */
writeFileSync('.env.example', envExample());
writeFileSync('README.md', withSettingsTable(readFileSync('README.md', 'utf8')));
