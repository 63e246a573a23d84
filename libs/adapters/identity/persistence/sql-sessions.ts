import { Injectable } from '@nestjs/common';
import type { SessionOf, Sessions } from '#application/identity/ports/sessions';
import { Clock } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

const SHOWN = `s.id, s.generation, s.rotated_at AS "rotatedAt", s.expires_at AS "expiresAt", s.user_id AS "userId", u.role,
  s.ended_at IS NOT NULL OR u.status <> 'active' AS "isOver"`;

type Row = Omit<SessionOf, 'rotatedAt' | 'expiresAt'> & { readonly rotatedAt: string; readonly expiresAt: string };

const sessionOf = (row: Row | undefined): SessionOf | undefined =>
  row && { ...row, rotatedAt: new Date(row.rotatedAt), expiresAt: new Date(row.expiresAt) };

/** One row a login (ADR 0058). */
@Injectable()
export class SqlSessions implements Sessions {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  async begin(tenantId: string, userId: string, id: string, expiresAt: Date): Promise<void> {
    await this.db.query(
      `INSERT INTO sessions (tenant_id, id, user_id, rotated_at, created_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)`,
      [tenantId, id, userId, this.clock.now(), expiresAt],
    );
    await this.audit('session.begun', [id], userId);
  }

  async rotate(tenantId: string, id: string, generation: number, now: Date): Promise<SessionOf | undefined> {
    const [rotated] = await this.db.prepared<Row>(
      `UPDATE sessions s SET generation = s.generation + 1, rotated_at = $4 FROM users u
       WHERE s.tenant_id = $1 AND s.id = $2 AND s.generation = $3 AND s.ended_at IS NULL AND s.expires_at > $4
         AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.status = 'active' RETURNING ${SHOWN}`,
      [tenantId, id, generation, now],
    );
    return sessionOf(rotated);
  }

  async find(tenantId: string, id: string): Promise<SessionOf | undefined> {
    const [session] = await this.db.prepared<Row>(
      `SELECT ${SHOWN} FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
       WHERE s.tenant_id = $1 AND s.id = $2`,
      [tenantId, id],
    );
    return sessionOf(session);
  }

  async end(tenantId: string, id: string, by: 'logout' | 'reuse', now: Date): Promise<void> {
    const ended = await this.db.query<{ id: string; user_id: string }>(
      `UPDATE sessions SET ended_at = $4, ended_by = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL
       RETURNING id, user_id`,
      [tenantId, id, by, now],
    );
    for (const { user_id: userId } of ended)
      await this.audit(by === 'reuse' ? 'session.reuse_detected' : 'session.ended', [id], userId);
  }

  async endAll(tenantId: string, userId: string, now: Date): Promise<void> {
    const ended = await this.db.query<{ id: string }>(
      `UPDATE sessions SET ended_at = $3, ended_by = 'password' WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL
       RETURNING id`,
      [tenantId, userId, now],
    );
    await this.audit(
      'session.ended',
      ended.map(({ id }) => id),
      userId,
    );
  }

  private audit(action: string, ids: readonly string[], userId: string): Promise<void> {
    const changes = { user_id: { old: null, new: userId } };
    return this.journal.write(
      ids.map((id) => ({ action, entityType: 'session', entityId: id, changes })),
      [],
    );
  }
}
