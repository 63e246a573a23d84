const LONGEST = 320;

/** Something before and after one `@`, without blanks or control characters; the mail server knows the rest. At most 320 characters. */
export const isEmail = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(value);
