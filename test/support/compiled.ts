import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createScriptTransformer } from '@jest/transform';
import type { Config } from '@jest/types';

const COMMONJS = {
  supportsDynamicImport: false,
  supportsExportNamespaceFrom: false,
  supportsStaticESM: false,
  supportsTopLevelAwait: false,
};

/** Compiles every source once: the workers begin at the same moment, and each would compile all of them for itself. */
export const compileSources = async (run: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> => {
  const transformer = await createScriptTransformer(project);
  for (const folder of ['libs', 'migrations', 'test'])
    for (const file of readdirSync(join(project.rootDir, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts')) transformer.transform(join(project.rootDir, folder, file), { ...run, ...COMMONJS });
};
