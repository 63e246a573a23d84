/** The most that a statement does, whatever it begins with: one that writes is named after that. */
const WORDS = /\b(insert|update|delete|select|begin|commit|rollback|savepoint|set)\b/gi;
const LOCKS = /\bfor (no key )?update\b/gi;
const RANK = ['insert', 'update', 'delete', 'select'];

const known = new Map<string, string>();
const MOST_KNOWN = 2000;

export const operationOf = (sql: string): string => {
  const seen = known.get(sql);
  if (seen !== undefined) return seen;
  const words = [...sql.replaceAll(LOCKS, '').matchAll(WORDS)].map(([word]) => word.toLowerCase());
  const operation = RANK.find((word) => words.includes(word)) ?? words[0] ?? 'other';
  if (known.size < MOST_KNOWN) known.set(sql, operation);
  return operation;
};
