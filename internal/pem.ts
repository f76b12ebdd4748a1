/**
 * PEM text, as certificates and keys are exchanged in.
 *
 * Only the boundaries are checked, not what is between them.
 *
 * @module
 */

/** What a PEM block holds. */
export type PemKind = "certificate" | "key";

const BLOCKS: Readonly<Record<PemKind, RegExp>> = {
  certificate: /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
  key: /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]+-----END \1-----/g,
};

/**
 * Finds the PEM blocks of one kind in a text.
 *
 * @param text The text; undefined has no blocks.
 * @param kind What the blocks hold.
 * @returns The blocks in order, with their boundaries.
 */
export function pemBlocks(
  text: string | undefined,
  kind: PemKind,
): readonly string[] {
  return text?.match(BLOCKS[kind]) ?? [];
}

/**
 * Tests whether a text holds a PEM block of one kind.
 *
 * @param text The text.
 * @param kind What the block holds.
 * @returns Whether there is at least one; its content may still be malformed.
 */
export function isPem(text: string, kind: PemKind): boolean {
  return pemBlocks(text, kind).length > 0;
}
