import { writeFileSync } from 'node:fs';
import { documentOfApi } from '#infrastructure/http/document';

/** `npm run openapi`: writes the document that `/docs-json` answers to `openapi.json`. */
const main = async (): Promise<void> => {
  writeFileSync('openapi.json', `${JSON.stringify(await documentOfApi(), null, 2)}\n`);
};

void main();
