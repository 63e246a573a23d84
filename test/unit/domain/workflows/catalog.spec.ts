import { CATALOG_KINDS, checkEntry, checkReferences, type Catalog, type CatalogEntry } from '#domain/workflows/catalog';
import { referencesOf } from '#domain/workflows/criteria';

const entry = (pipelineId: string | null = null): CatalogEntry => ({ pipelineId });
const form = referencesOf('form_submitted', { form_id: 'f-1' });
const stage = referencesOf('pipeline_stage_reached', { pipeline_id: 'sales', stage_id: 'won' });

describe('the catalog (SPEC 4.2)', () => {
  it('refuses an unknown id of a kind that has entries', () => {
    const known: Catalog = new Map([['forms', new Map()]]);
    expect(checkReferences(form, known)).toEqual([
      { pointer: '/criteria/form_id', code: 'form.not-found', detail: 'Referenced form does not exist' },
    ]);
  });

  it('accepts an id that exists', () => {
    expect(checkReferences(form, new Map([['forms', new Map([['f-1', entry()]])]]))).toEqual([]);
  });

  it('does not check a kind without entries', () => {
    expect(checkReferences(form, new Map([['tags', new Map()]]))).toEqual([]);
  });

  it('a stage of another pipeline does not exist', () => {
    const stages = (pipelineId: string): Catalog => new Map([['stages', new Map([['won', entry(pipelineId)]])]]);
    expect(checkReferences(stage, stages('sales'))).toEqual([]);
    expect(checkReferences(stage, stages('support'))).toEqual([
      { pointer: '/criteria/stage_id', code: 'stage.not-found', detail: 'Referenced stage does not exist' },
    ]);
  });

  it('names every unknown id at once', () => {
    const known: Catalog = new Map([
      ['pipelines', new Map()],
      ['stages', new Map()],
    ]);
    expect(checkReferences(stage, known).map(({ code }) => code)).toEqual(['pipeline.not-found', 'stage.not-found']);
  });

  it('a stage must name its pipeline, nothing else may', () => {
    expect(checkEntry('stages', entry('sales'))).toEqual([]);
    expect(checkEntry('stages', entry())).toMatchObject([{ pointer: '/pipeline_id', code: 'required' }]);
    for (const kind of CATALOG_KINDS.filter((one) => one !== 'stages')) {
      expect(checkEntry(kind, entry())).toEqual([]);
      expect(checkEntry(kind, entry('sales'))).toMatchObject([{ pointer: '/pipeline_id', code: 'not-allowed' }]);
    }
  });
});
