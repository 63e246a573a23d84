import { writeFileSync } from 'node:fs';
import { documentOfApi } from '#infrastructure/http/document';
import { permissionsText } from '#infrastructure/http/permissions-text';

/** `npm run permissions`: writes what each role may do, and what each route asks for, to `docs/permissions.md`. */
const main = async (): Promise<void> => {
  writeFileSync('docs/permissions.md', permissionsText(await documentOfApi()));
};

void main();
