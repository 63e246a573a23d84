const { createTransformer } = require('@swc/jest');
const { createInstrumenter } = require('istanbul-lib-instrument');

/**
 * SWC for Jest, with coverage counted on the TypeScript source. Counted after SWC, the helpers it writes for decorators and
 * metadata look like untested branches; V8's own count misses implicit branches and takes files of types for untested ones.
 */
const instrument = (source, filename) => {
  const instrumenter = createInstrumenter({
    esModules: true,
    produceSourceMap: true,
    parserPlugins: ['typescript', 'decorators-legacy'],
  });
  const code = instrumenter.instrumentSync(source, filename);
  return { code, inputSourceMap: JSON.stringify(instrumenter.lastSourceMap()) };
};

module.exports = {
  createTransformer: (options) => {
    const plain = createTransformer(options);
    return {
      canInstrument: true,
      // Projects and groups differ in what they run, not in how it is compiled: one finds what another has compiled.
      getCacheKey: (source, filename, request) =>
        plain.getCacheKey(source, filename, { ...request, configString: '' }) + String(request.instrument),
      process: (source, filename, request) => {
        if (!request.instrument) return plain.process(source, filename, request);
        const { code, inputSourceMap } = instrument(source, filename);
        return createTransformer({ ...options, inputSourceMap }).process(code, filename, request);
      },
    };
  },
};
