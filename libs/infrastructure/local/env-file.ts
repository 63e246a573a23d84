import { existsSync } from 'node:fs';

/** Imported before whatever reads a setting while it is loaded. */
if (existsSync('.env')) process.loadEnvFile('.env');
