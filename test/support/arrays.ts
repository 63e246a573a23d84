const UUID = 2950;
const JSONB = 3802;

/** The elements of a one-dimensional array in PostgreSQL's binary form, each as its text. */
export const elementsOf = (array: Buffer): (string | null)[] => {
  const [type, length] = [array.readInt32BE(8), array.readInt32BE(12)];
  let at = 20;
  return Array.from({ length }, () => {
    const size = array.readInt32BE(at);
    const element = array.subarray(at + 4, at + 4 + size);
    at += 4 + Math.max(0, size);
    if (size === -1) return null;
    if (type === UUID) return element.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    return element.toString('utf8', type === JSONB ? 1 : 0);
  });
};
