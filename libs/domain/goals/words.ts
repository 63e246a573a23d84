/** The enumerations of strategic goals (SPEC 5); `GET /goals/vocabulary` answers them. */
export const GOAL_STATUSES = ['draft', 'active', 'on_hold', 'achieved', 'missed', 'abandoned'] as const;
export type GoalStatus = (typeof GOAL_STATUSES)[number];

/** What a new goal may be. */
export const FIRST_STATUSES = ['draft', 'active'] as const;
export type FirstStatus = (typeof FIRST_STATUSES)[number];

/** Words of other systems that are read as ours (SPEC 5, *Status*). */
export const STATUS_ALIASES: Readonly<Record<string, GoalStatus>> = { completed: 'achieved', cancelled: 'abandoned' };

const OPEN: readonly GoalStatus[] = ['draft', 'active', 'on_hold'];

export const isOpen = (status: GoalStatus): boolean => OPEN.includes(status);

export const GOAL_TYPES = ['strategic', 'operational', 'technical', 'tactical'] as const;
export type GoalType = (typeof GOAL_TYPES)[number];

export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** Of strategic alignment, business value and the contribution of a link. */
export const LEVELS = ['low', 'medium', 'high'] as const;
export type Level = (typeof LEVELS)[number];

export const MEASUREMENT_FREQUENCIES = ['daily', 'weekly', 'monthly', 'quarterly', 'annually'] as const;
export type MeasurementFrequency = (typeof MEASUREMENT_FREQUENCIES)[number];

export const REVIEW_FREQUENCIES = ['monthly', 'quarterly', 'annually', 'ad_hoc'] as const;
export type ReviewFrequency = (typeof REVIEW_FREQUENCIES)[number];

export const ASSESSMENT_STATUSES = ['pending', 'in_progress', 'completed', 'failed'] as const;
export type AssessmentStatus = (typeof ASSESSMENT_STATUSES)[number];

/** Where a goal's progress comes from. */
export const PROGRESS_SOURCES = ['manual', 'children', 'tasks', 'weighted_mix'] as const;
export type ProgressSource = (typeof PROGRESS_SOURCES)[number];

/** By what the tasks of a goal weigh in its progress. */
export const TASK_WEIGHTINGS = ['count', 'estimate'] as const;
export type TaskWeighting = (typeof TASK_WEIGHTINGS)[number];

export const HEALTHS = ['not_started', 'insufficient_data', 'off_track', 'outdated', 'on_track', 'at_risk'] as const;
export type Health = (typeof HEALTHS)[number];

/** What becomes of the open goals and tasks below one that ends, and of those below one that is deleted. */
export const ON_CHILDREN = ['refuse', 'leave', 'cascade'] as const;
export type OnChildren = (typeof ON_CHILDREN)[number];

/** How strongly an element is bound to a goal. */
export const RELATIONSHIP_STRENGTHS = ['strong', 'medium', 'weak'] as const;
export type RelationshipStrength = (typeof RELATIONSHIP_STRENGTHS)[number];

export const POLARITIES = ['positive', 'negative', 'neutral'] as const;
export type Polarity = (typeof POLARITIES)[number];
