import type { Level } from '#domain/goals/words';

/** What an element that realizes a goal weighs in `overall_realization_score` (SPEC 5, *Realization map*). */
export const REALIZATION_WEIGHTS: Readonly<Record<Level, number>> = { high: 1, medium: 0.5, low: 0.25 };
