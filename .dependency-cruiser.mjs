import { rules } from './architecture.mjs';

export default {
  forbidden: rules(),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.(?:mjs|cjs)$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['source', 'node', 'require', 'default'], exportsFields: ['exports'] },
  },
};
