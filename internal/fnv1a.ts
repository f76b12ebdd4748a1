/**
 * The hash FNV-1a with 64 bits, by which a kube-apiserver assigns objects to
 * shards (`HashField` in `k8s.io/apimachinery/pkg/sharding`).
 *
 * @module
 */

/** The offset basis, in two halves. */
const BASIS_HIGH = 0xcbf29ce4;
const BASIS_LOW = 0x84222325;

/** The prime is 2^40 and this. */
const PRIME_LOW = 0x1b3;

/**
 * Hashes a text.
 *
 * @param text The text, of which the UTF-8 bytes are hashed.
 * @returns The hash, 64 bits.
 */
export function fnv1a64(text: string): bigint {
  let high = BASIS_HIGH;
  let low = BASIS_LOW;
  for (const byte of new TextEncoder().encode(text)) {
    low = (low ^ byte) >>> 0;
    const product = low * PRIME_LOW;
    const carry = Math.floor(product / 2 ** 32);
    // A shift by 40 moves the lower half by 8 bits into the upper one.
    high = (high * PRIME_LOW + carry + (low << 8 >>> 0)) % 2 ** 32;
    low = product % 2 ** 32;
  }
  return BigInt(high) << 32n | BigInt(low);
}
