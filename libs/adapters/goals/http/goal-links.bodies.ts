import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, PartialType, PickType, type ApiBodyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Allow, IsIn, IsOptional, IsString } from 'class-validator';
import {
  DIRECTIONS,
  ELEMENT_TYPES,
  elementTypeOf,
  LINK_TYPES,
  type Direction,
  type ElementType,
  type LinkType,
} from '#domain/goals/archimate';
import { LONGEST_NAME } from '#domain/goals/goal-fields';
import {
  LEVELS,
  POLARITIES,
  RELATIONSHIP_STRENGTHS,
  type Level,
  type Polarity,
  type RelationshipStrength,
} from '#domain/goals/words';
import { MayBeLeftOut, Uuid, Word, wordOf } from '#adapters/shared/http/rules';

const Choosing = (words: readonly string[], example: string, description: string) =>
  applyDecorators(ApiPropertyOptional({ enum: words, example, description }), MayBeLeftOut(), Word(words));

const Read = (read: (text: string) => string): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? read(value) : value));

const typeOf = (text: string): string => elementTypeOf(text) ?? text;

const DIRECTION = '`goal_to_element` goes with `influences` only, and with what ArchiMate lets a goal influence.';

export class GoalLinkBody {
  @ApiProperty({
    format: 'uuid',
    example: '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e0f',
    description: 'Of any system; a Goal must be one of the tenant, and another one. Never changes.',
  })
  @Uuid()
  linked_element_id!: string;

  @ApiProperty({
    enum: ELEMENT_TYPES,
    example: 'Requirement',
    description: 'Read in `snake_case` too (`course_of_action`). Never changes.',
  })
  @Read(typeOf)
  @IsIn(ELEMENT_TYPES)
  linked_element_type!: ElementType;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: LONGEST_NAME,
    example: 'First answer within 24 hours',
  })
  @IsOptional()
  @IsString()
  linked_element_name?: string | null;

  @ApiProperty({ enum: LINK_TYPES, example: 'realizes', description: 'Never changes.' })
  @Word(LINK_TYPES)
  link_type!: LinkType;

  @Choosing(DIRECTIONS, 'element_to_goal', `By default \`element_to_goal\`. ${DIRECTION} Never changes.`)
  direction?: Direction;

  @Choosing(RELATIONSHIP_STRENGTHS, 'strong', 'By default `medium`.')
  relationship_strength?: RelationshipStrength;

  @Choosing(LEVELS, 'high', 'By default `medium`. What it weighs in the realization map.')
  contribution_level?: Level;

  @Choosing(POLARITIES, 'positive', 'By default `neutral`; what `supports` or `enables` a goal is always `positive`.')
  polarity?: Polarity;
}

const Fixed = (words: readonly string[] | undefined, read: (text: string) => string) =>
  applyDecorators(
    ApiPropertyOptional({
      ...(words && { enum: words }),
      readOnly: true,
      description: 'Never changes; another value is refused.',
    }),
    Read(read),
    Allow(),
  );

export class GoalLinkPatchBody extends PartialType(
  PickType(GoalLinkBody, ['linked_element_name', 'relationship_strength', 'contribution_level', 'polarity'] as const),
  { skipNullProperties: false },
) {
  @ApiPropertyOptional({ enum: LEVELS, example: 'low' })
  declare contribution_level?: Level;

  @Fixed(undefined, (text) => text.toLowerCase())
  linked_element_id?: unknown;

  @Fixed(ELEMENT_TYPES, typeOf)
  linked_element_type?: unknown;

  @Fixed(LINK_TYPES, wordOf)
  link_type?: unknown;

  @Fixed(DIRECTIONS, wordOf)
  direction?: unknown;
}

/** Good for pasting: what realizes a goal, what helps it, and what it acts on. */
export const goalLinkExamples: ApiBodyOptions = {
  type: GoalLinkBody,
  examples: {
    realizes: {
      value: {
        linked_element_id: '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e0f',
        linked_element_type: 'Requirement',
        linked_element_name: 'First answer within 24 hours',
        link_type: 'realizes',
        relationship_strength: 'strong',
        contribution_level: 'high',
      },
    },
    supports: {
      value: {
        linked_element_id: '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e10',
        linked_element_type: 'CourseOfAction',
        link_type: 'supports',
      },
    },
    influences: {
      value: {
        linked_element_id: '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e11',
        linked_element_type: 'Principle',
        link_type: 'influences',
        direction: 'goal_to_element',
        polarity: 'negative',
      },
    },
  },
};

export const goalLinkPatchExamples: ApiBodyOptions = {
  type: GoalLinkPatchBody,
  examples: { contribution: { value: { contribution_level: 'low', relationship_strength: 'weak' } } },
};
