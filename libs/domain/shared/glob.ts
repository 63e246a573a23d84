const codePointWidth = (text: string, at: number): number => (Number(text.codePointAt(at)) > 0xffff ? 2 : 1);

/**
 * Whether the whole text fits the pattern: `*` stands for any run of characters, `?` for one code point, everything else for
 * itself (no escape, case counts). Only the last `*` is ever tried again, so the work is bounded by the product of the two
 * lengths: linear in the text, whatever the pattern (SPEC 4.2; RELIABILITY, *Edges*).
 */
export const fitsGlob = (pattern: string, text: string): boolean => {
  let p = 0;
  let t = 0;
  let lastStar = -1;
  let retryFrom = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      lastStar = p++;
      retryFrom = t;
    } else if (pattern[p] === '?') {
      p++;
      t += codePointWidth(text, t);
    } else if (pattern[p] === text[t]) {
      p++;
      t++;
    } else if (lastStar >= 0) {
      p = lastStar + 1;
      retryFrom += codePointWidth(text, retryFrom);
      t = retryFrom;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
};
