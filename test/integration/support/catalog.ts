import type { Client } from 'pg';

/** Keys that may stand across tenants, each for a reason RELIABILITY gives (*Row-level security*). */
const KEYS_WITHOUT_TENANT = ['tenants_pkey', 'users_email'];
/** Tables that belong to no tenant: the migrations' own, which day's work of a schedule is done, and how far the outbox was sent. */
const TABLES_WITHOUT_TENANT = ['migrations', 'schedule_runs', 'outbox_progress'];

const OWN = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' AND n.nspname NOT LIKE 'pg_temp%'`;

/** Each answers one line per violation, as `object: what is wrong`. */
const RULES: Readonly<Record<string, string>> = {
  tenant: `
    SELECT c.relname || ': has no tenant_id' AS fault FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OWN} AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1) AND c.relname <> 'tenants'
      AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)`,
  security: `
    SELECT c.relname || ': row-level security is ' || CASE WHEN c.relrowsecurity THEN 'not forced' ELSE 'not enabled' END AS fault
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OWN} AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  policy: `
    SELECT c.relname || ': no policy for everybody binds USING and WITH CHECK to the tenants' AS fault
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OWN} AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1) AND NOT EXISTS (
      SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polroles = '{0}'
        AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.tenant_ids%'
        AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.tenant_ids%')`,
  'policies beside': `
    SELECT c.relname || ': the policy ' || p.polname || ' opens it to ' || coalesce(r.rolname, 'everybody') AS fault
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    CROSS JOIN LATERAL unnest(p.polroles) AS granted LEFT JOIN pg_roles r ON r.oid = granted
    WHERE p.polpermissive AND coalesce(r.rolname, '') NOT IN ('goal_relay', 'goal_jobs', 'goal_intake', 'goal_login', 'goal_search')
      AND (pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%app.tenant_ids%'
        OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%app.tenant_ids%')`,
  views: `
    SELECT c.relname || ': a view without security_invoker' AS fault FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OWN} AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)))`,
  keys: `
    SELECT i.relname || ': a unique key that does not begin with tenant_id' AS fault
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
    WHERE ${OWN} AND x.indisunique AND c.relname <> ALL ($1) AND i.relname <> ALL ($2) AND a.attname IS DISTINCT FROM 'tenant_id'`,
  'foreign keys': `
    SELECT k.conname || ': a foreign key that does not carry the tenant' AS fault FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OWN} AND k.contype = 'f' AND NOT EXISTS (
      SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (here, there)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = pair.here AND a.attname = 'tenant_id'
      JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = pair.there
        AND b.attname = CASE f.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END)`,
  enums: `
    SELECT t.typname || ': an enumeration type' AS fault FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE ${OWN} AND t.typtype = 'e'`,
  'search paths': `
    SELECT p.proname || ': SECURITY DEFINER without a fixed search_path that ends with pg_temp' AS fault
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${OWN} AND p.prosecdef AND NOT EXISTS (
      SELECT 1 FROM unnest(p.proconfig) AS setting WHERE setting ~ '^search_path=pg_catalog, .*pg_temp$')`,
  owners: `
    SELECT p.proname || ': SECURITY DEFINER of ' || r.rolname || ', who may too much' AS fault
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
    WHERE ${OWN} AND p.prosecdef AND (r.rolsuper OR r.rolbypassrls OR r.rolcanlogin OR r.rolcreaterole OR r.rolcreatedb
      OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid))`,
  callers: `
    SELECT p.proname || ': may be executed by ' || coalesce(r.rolname, 'everybody') AS fault
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
    LEFT JOIN pg_roles r ON r.oid = x.grantee
    WHERE ${OWN} AND p.prosecdef AND x.privilege_type = 'EXECUTE' AND x.grantee <> p.proowner
      AND coalesce(r.rolname, '') <> 'goal_app'`,
  'narrow roles': `
    SELECT r.rolname || ': may be become by ' || m.rolname AS fault
    FROM pg_auth_members g JOIN pg_roles r ON r.oid = g.roleid JOIN pg_roles m ON m.oid = g.member
    WHERE r.rolname IN ('goal_relay', 'goal_jobs', 'goal_intake', 'goal_login', 'goal_search')
      AND m.rolname IN ('goal_app', 'goal_service_app')`,
};

/** Everything in the database that breaks a rule of row-level security, read from its own catalog; empty is right. */
export const catalogFaults = async (db: Client): Promise<string[]> => {
  const faults: string[] = [];
  for (const rule of Object.values(RULES)) {
    const parameters = [TABLES_WITHOUT_TENANT, KEYS_WITHOUT_TENANT].slice(0, rule.includes('$2') ? 2 : 1);
    const { rows } = await db.query<{ fault: string }>(rule, rule.includes('$1') ? parameters : []);
    faults.push(...rows.map(({ fault }) => fault));
  }
  return faults;
};

/** The whole schema as text, in an order of its own: two databases with the same text have the same schema. */
export const schemaOf = async (db: Client): Promise<string[]> => {
  const { rows } = await db.query<{ line: string }>(`
    SELECT line FROM (
      SELECT format('column %s.%s %s %s default %s identity %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, pg_get_expr(d.adbin, d.adrelid), a.attidentity) AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p')
      UNION ALL
      SELECT format('%s %s of %s, rights %s, security %s %s', c.relkind, c.relname, r.rolname,
        (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(c.relacl) AS x), c.relrowsecurity, c.relforcerowsecurity)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'S')
      UNION ALL SELECT format('constraint %s on %s %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname = 'public'
      UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT format('policy %s on %s %s %s to %s using %s check %s', policyname, tablename, permissive, cmd, roles, qual, with_check)
      FROM pg_policies WHERE schemaname = 'public'
      UNION ALL SELECT format('function of %s, rights %s: %s', r.rolname,
        (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(p.proacl) AS x), pg_get_functiondef(p.oid))
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner WHERE n.nspname = 'public'
      UNION ALL SELECT format('comment on %s.%s %s', d.objoid::regclass,
        (SELECT attname FROM pg_attribute WHERE attrelid = d.objoid AND attnum = d.objsubid), d.description)
      FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
      UNION ALL SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t WHERE NOT t.tgisinternal
      UNION ALL SELECT format('schema %s %s', n.nspname,
        (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(n.nspacl) AS x))
      FROM pg_namespace n WHERE n.nspname = 'public'
    ) AS described ORDER BY line`);
  return rows.map(({ line }) => line);
};
