/** The tenants this transaction may touch. The sub-select is evaluated once a statement; never set, or set to '', means none. */
const TENANTS = `(SELECT string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[])::uuid[]`;

/**
 * Hidden from the planner, which would otherwise take tenant_id, named by every statement too, for twice as telling as it is and
 * read a whole tenant through any index that begins with it (ADR 0030).
 */
const binds = (column: string): string => `coalesce(${column} = ANY (${TENANTS}), false)`;

/** SQL that closes a table to every role, its owner too, but for rows of the transaction's tenants. */
export const protect = (table: string, tenantColumn = 'tenant_id'): string => `
  ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
  CREATE POLICY tenant ON ${table}
    USING (${binds(tenantColumn)})
    WITH CHECK (${binds(tenantColumn)});`;

/** SQL of one statement for which the owner of these tables sees the rows of all tenants, as nobody does otherwise. */
export const unforced = (tables: readonly string[], statement: string): string => {
  const each = (force: string) => tables.map((table) => `ALTER TABLE ${table} ${force} ROW LEVEL SECURITY;`).join(' ');
  return `${each('NO FORCE')} ${statement}; ${each('FORCE')}`;
};

/**
 * SQL that gives a SECURITY DEFINER function to a narrow role, so that it may do what that role's policies allow and no more.
 * Creating rights on the schema are lent for the change of owner only.
 */
export const own = (role: string, signature: string): string => `
  GRANT CREATE ON SCHEMA public TO ${role};
  ALTER FUNCTION ${signature} OWNER TO ${role};
  REVOKE CREATE ON SCHEMA public FROM ${role};
  REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ${signature} TO goal_app;`;
