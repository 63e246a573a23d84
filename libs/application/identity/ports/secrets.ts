/** Makes what is given away once (43 characters), and what is stored of it. */
export abstract class Secrets {
  abstract make(): string;
  abstract hashOf(secret: string): Uint8Array;
}
