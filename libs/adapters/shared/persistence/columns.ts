import type { EntitySchemaColumnOptions } from 'typeorm';
import type { Versioned } from '#domain/shared/aggregate';

type Columns<K extends PropertyKey> = Record<K, EntitySchemaColumnOptions>;

/** The columns every versioned table has. */
export const versionedColumns = {
  id: { type: 'uuid', primary: true },
  tenantId: { type: 'uuid', primary: true, name: 'tenant_id' },
  version: { type: 'integer' },
  createdAt: { type: 'timestamptz', name: 'created_at' },
  createdBy: { type: 'uuid', name: 'created_by', nullable: true },
  updatedAt: { type: 'timestamptz', name: 'updated_at' },
  updatedBy: { type: 'uuid', name: 'updated_by', nullable: true },
} satisfies Columns<keyof Versioned>;
