import { isSafe } from '#adapters/shared/json/exact-number';

/** How much nesting and how many keys a document may have (RELIABILITY, *Edges*). */
export interface JsonLimits {
  readonly depth: number;
  readonly keys: number;
  /** `item`: `keys` holds for each element of an array that stands directly in the outermost object (a batch). */
  readonly keysPer: 'document' | 'item';
  /** Of members and items in all: a number costs a hundred times what it takes to send. */
  readonly commas: number;
}

export const ONE_DOCUMENT: JsonLimits = { depth: 32, keys: 1_000, keysPer: 'document', commas: 100_000 };
export const A_BATCH: JsonLimits = { ...ONE_DOCUMENT, keysPer: 'item' };

/** What one pass over a text has seen. Says nothing about whether the text is JSON. */
export interface JsonScan {
  readonly keys: number;
  readonly tooDeep: boolean;
  readonly tooManyKeys: boolean;
  readonly tooManyCommas: boolean;
  /** Some number would lose digits as a double. */
  readonly hasUnsafeNumber: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/** Where batches have their items: the outermost object is depth 1, an array in it depth 2. */
const ITEMS_DEPTH = 2;

/** One loop over the text, linear in its length, that stops at the first limit passed. */
export const scanJson = (text: string, limits: JsonLimits): JsonScan => new Scan(text, limits).run();

class Scan {
  private keys = 0;
  private keysBefore = 0;
  private depth = 0;
  private commas = 0;
  private inItems = false;
  private hasUnsafeNumber = false;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  run(): JsonScan {
    const { text, limits } = this;
    for (let at = 0; at < text.length && !this.isOver(); at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) at = endOfString(text, at);
      else if (code === COLON) this.keys += 1;
      else if (code === COMMA) this.comma();
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) this.open(code);
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) this.depth -= 1;
      else if (code === MINUS || isDigit(code)) at = this.number(at);
    }
    const { keys, hasUnsafeNumber } = this;
    const tooManyCommas = this.commas > limits.commas;
    return {
      ...{ keys, hasUnsafeNumber, tooManyCommas },
      ...{ tooDeep: this.depth > limits.depth, tooManyKeys: this.hasTooManyKeys() },
    };
  }

  private isOver(): boolean {
    return this.depth > this.limits.depth || this.hasTooManyKeys() || this.commas > this.limits.commas;
  }

  private hasTooManyKeys(): boolean {
    return this.keys - this.keysBefore > this.limits.keys;
  }

  private open(code: number): void {
    this.depth += 1;
    if (this.depth !== ITEMS_DEPTH) return;
    this.inItems = code === OPEN_ARRAY && this.limits.keysPer === 'item';
    this.nextItem();
  }

  private comma(): void {
    this.commas += 1;
    this.nextItem();
  }

  private nextItem(): void {
    if (this.inItems && this.depth === ITEMS_DEPTH) this.keysBefore = this.keys;
  }

  private number(start: number): number {
    let end = start + 1;
    while (end < this.text.length && isNumberPart(this.text.charCodeAt(end))) end += 1;
    this.hasUnsafeNumber ||= !isSafe(this.text.slice(start, end));
    return end - 1;
  }
}

/** The first key that stands twice in one object of a text known to be JSON. */
export const firstDuplicateKey = (text: string): string | undefined => {
  const open: Set<string>[] = [];
  let string = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === CLOSE_OBJECT) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(text, at);
      string = text.slice(at, end + 1);
      at = end;
    } else if (code === COLON) {
      const key = JSON.parse(string) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
};

/** The place of the quote that ends the string begun at `start`; the text's end when none does. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
};

const isEscaped = (text: string, at: number): boolean => {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
};

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

/** Digits, point, signs and the letter of an exponent. */
const isNumberPart = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === MINUS || code === 0x2b || code === 0x65 || code === 0x45;
