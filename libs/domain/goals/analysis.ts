import { gapOf, type HealthFacts } from '#domain/goals/health';
import { shownPercentage } from '#domain/goals/percentage';
import { LEVELS, PRIORITIES, RISK_LEVELS, type Level, type Priority, type RiskLevel } from '#domain/goals/words';

/** What a goal is scored by. */
export interface AnalysisFacts extends HealthFacts {
  readonly priority: Priority;
  readonly riskLevel: RiskLevel;
  readonly strategicAlignment: Level | null;
  readonly businessValue: Level | null;
}

/** All from 0 to 1 (SPEC 5, *Analysis*). */
export interface Analysis {
  readonly priority: number;
  readonly progress: number;
  readonly risk: number;
  readonly alignment: number;
  readonly value: number;
  /** A high priority raises it: kept for readers who know it so. What a person should look at says `attention`. */
  readonly overallHealth: number;
  /** How much lies undone of what matters; `null` where nobody can say what should have been done by now. */
  readonly attention: number | null;
}

const UNSET = 0.5;

export const analysisOf = (goal: AnalysisFacts, now: Date): Analysis => {
  const priority = scoreOf(goal.priority, PRIORITIES);
  const progress = goal.progress === null ? UNSET : shownPercentage(goal.progress) / 100;
  const risk = scoreOf(goal.riskLevel, RISK_LEVELS);
  const alignment = scoreOf(goal.strategicAlignment, LEVELS);
  const value = scoreOf(goal.businessValue, LEVELS);
  const gap = gapOf(goal, now);
  return {
    priority,
    progress,
    risk,
    alignment,
    value,
    overallHealth: (priority + progress + (1 - risk) + alignment + value) / 5,
    attention: gap === null ? null : value * priority * Math.min(1, Math.max(0, gap) / 100),
  };
};

/** The place of a word among its like, the lowest first, as a part of the highest. */
const scoreOf = <W extends string>(word: W | null, words: readonly W[]): number =>
  word === null ? UNSET : (words.indexOf(word) + 1) / words.length;
