/**
 * The architecture as data (ADR 0001): which layers and contexts exist, and who may use whom. Dependency-cruiser gets its
 * rules from `rules()`; `test/architecture` plants a violation of each and fails when one does not bite.
 */

/** Layer -> what it may import of this repository, and the packages it may import (`'any'`: all, and Node's own modules). */
const layers = {
  domain: { uses: [], packages: [] },
  application: { uses: ['domain'], packages: ['@nestjs/cqrs'] },
  adapters: { uses: ['application', 'domain'], packages: 'any' },
  infrastructure: { uses: ['adapters', 'application', 'domain', 'migrations'], packages: 'any' },
};

/** Context -> the contexts whose `libs/application/<context>/contract.ts` it may import. All may use `shared`, which uses none. */
const contexts = {
  shared: [],
  identity: [],
  goals: ['identity'],
  workflows: ['identity'],
  tasks: ['goals', 'identity'],
  notifications: ['goals', 'tasks', 'workflows', 'identity'],
};

/** The layers that are divided into contexts; infrastructure wires them all together. */
const layersWithContexts = ['domain', 'application', 'adapters'];

const anyOf = (words) => `(?:${words.join('|')})`;
const folder = (name) => (name in layers ? `^libs/${name}/` : `^${name}/`);
const contextFolder = (context) => `^libs/${anyOf(layersWithContexts)}/${context}/`;

/** An error whenever a file whose path fits `from` imports something that fits `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layerRule = ([layer, { uses, packages }]) => {
  const own = [layer, ...uses].map(folder);
  const may = [...uses, ...(packages === 'any' ? ['packages'] : packages)].join(', ') || 'nothing';
  return forbid(
    `layer-${layer}`,
    `${layer} may import itself and: ${may} (ADR 0001).`,
    { path: folder(layer) },
    packages === 'any'
      ? { path: '^(?:apps|libs|migrations|test)/', pathNot: own }
      : { pathNot: [...own, ...packages.map((name) => `node_modules/${name}/`)] },
  );
};

const contextRule = ([context, uses]) => {
  const contracts = uses.map((other) => `^libs/application/${other}/contract\\.ts$`);
  const may = uses.map((other) => `${other}/contract.ts`).join(', ') || 'no other context';
  return forbid(
    `context-${context}`,
    `${context} may use shared and: ${may} (ADR 0001).`,
    { path: contextFolder(context) },
    { path: contextFolder('[^/]+'), pathNot: [contextFolder(context), contextFolder('shared'), ...contracts] },
  );
};

/** Every rule, in the form of dependency-cruiser's `forbidden`. */
export const rules = () => [
  ...Object.entries(layers).map(layerRule),
  ...Object.entries(contexts).map(contextRule),
  forbid(
    'migrations-stand-alone',
    'A migration is history: what it imports must not change under it (ADR 0001).',
    { path: '^migrations/' },
    { path: '^(?:apps|libs|test)/' },
  ),
  forbid(
    'apps-are-entry-points',
    'Nobody imports an app; shared code belongs to libs (ADR 0001).',
    {},
    { path: '^apps/' },
  ),
  forbid('tests-stay-outside', 'Only tests import tests (ADR 0001).', { pathNot: '^test/' }, { path: '^test/' }),
  forbid('no-circles', 'Files must not import each other in a circle (ADR 0001).', {}, { circular: true }),
  forbid(
    'no-relative-import-across-folders',
    'Another folder is imported by its layer: #domain/…, #application/… (ADR 0005).',
    { path: '^((?:apps|libs|migrations).*)/[^/]+$' },
    {
      path: '^(?:apps|libs|migrations)/',
      pathNot: '^$1/[^/]+$',
      dependencyTypesNot: ['aliased-subpath-import'],
    },
  ),
  forbid(
    'tests-import-libs-by-layer',
    'Tests import libs by their layer too: #domain/…, #application/… (ADR 0005).',
    // Jest loads its global setup through Node itself, for which `#…` leads to the built files.
    { path: '^test/', pathNot: '^test/support/servers/' },
    { path: '^(?:libs|migrations)/', dependencyTypesNot: ['aliased-subpath-import'] },
  ),
  forbid('imports-exist', 'An import must lead somewhere.', {}, { couldNotResolve: true }),
];
