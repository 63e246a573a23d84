import { RolesAndTenants1795240000001 } from '#migrations/1795240000001-roles-and-tenants';
import { Workflows1795240000002 } from '#migrations/1795240000002-workflows';
import { Enrollments1795240000003 } from '#migrations/1795240000003-enrollments';
import { AuditOutboxIdempotencyDeadLetters1795240000004 } from '#migrations/1795240000004-audit-outbox-idempotency-dead-letters';
import { FunctionsAcrossTenants1795240000005 } from '#migrations/1795240000005-functions-across-tenants';
import { CacheGeneration1795240000006 } from '#migrations/1795240000006-cache-generation';
import { AuditByTime1795240000007 } from '#migrations/1795240000007-audit-by-time';
import { Goals1795240000010 } from '#migrations/1795240000010-goals';
import { Tasks1795240000011 } from '#migrations/1795240000011-tasks';
import { Notifications1795240000012 } from '#migrations/1795240000012-notifications';
import { Sync1795240000013 } from '#migrations/1795240000013-sync';
import { Identity1795240000014 } from '#migrations/1795240000014-identity';
import { OutboxSentUpTo1795240000015 } from '#migrations/1795240000015-outbox-sent-up-to';
import { NoStatisticsOfDocuments1795240000016 } from '#migrations/1795240000016-no-statistics-of-documents';
import { AgeOfTheOutbox1795240000017 } from '#migrations/1795240000017-age-of-the-outbox';
import { Retention1795240000018 } from '#migrations/1795240000018-retention';
import { GoalTimes1795240000019 } from '#migrations/1795240000019-goal-times';
import { TracesOfOutgoingEvents1795240000020 } from '#migrations/1795240000020-traces-of-outgoing-events';
import { AchievementsOfEnrollments1795240000021 } from '#migrations/1795240000021-achievements-of-enrollments';
import { GoalsVersions1795240000022 } from '#migrations/1795240000022-goals-versions';
import { AuditKeyByTime1795240000023 } from '#migrations/1795240000023-audit-key-by-time';
import { OneKeyEach1795240000024 } from '#migrations/1795240000024-one-key-each';
import { RelayByPlace1795240000025 } from '#migrations/1795240000025-relay-by-place';
import { CountersSideBySide1795240000026 } from '#migrations/1795240000026-counters-side-by-side';
import { GoalsChangedIn1795240000027 } from '#migrations/1795240000027-goals-changed-in';
import { HoldsOfGoals1795240000028 } from '#migrations/1795240000028-holds-of-goals';
import { ProgressOfNothing1795240000029 } from '#migrations/1795240000029-progress-of-nothing';
import { KeysOfWhatIsRemoved1795240000030 } from '#migrations/1795240000030-keys-of-what-is-removed';
import { WhatStandsFirst1795240000031 } from '#migrations/1795240000031-what-stands-first';
import { AFewAtATime1795240000032 } from '#migrations/1795240000032-a-few-at-a-time';

/** All migrations, in their order; the last one is the head that readiness asks for. */
export const MIGRATIONS = [
  RolesAndTenants1795240000001,
  Workflows1795240000002,
  Enrollments1795240000003,
  AuditOutboxIdempotencyDeadLetters1795240000004,
  FunctionsAcrossTenants1795240000005,
  CacheGeneration1795240000006,
  AuditByTime1795240000007,
  Goals1795240000010,
  Tasks1795240000011,
  Notifications1795240000012,
  Sync1795240000013,
  Identity1795240000014,
  OutboxSentUpTo1795240000015,
  NoStatisticsOfDocuments1795240000016,
  AgeOfTheOutbox1795240000017,
  Retention1795240000018,
  GoalTimes1795240000019,
  TracesOfOutgoingEvents1795240000020,
  AchievementsOfEnrollments1795240000021,
  GoalsVersions1795240000022,
  AuditKeyByTime1795240000023,
  OneKeyEach1795240000024,
  RelayByPlace1795240000025,
  CountersSideBySide1795240000026,
  GoalsChangedIn1795240000027,
  HoldsOfGoals1795240000028,
  ProgressOfNothing1795240000029,
  KeysOfWhatIsRemoved1795240000030,
  WhatStandsFirst1795240000031,
  AFewAtATime1795240000032,
];
