/**
 * The hash by which a kube-apiserver assigns objects to shards: FNV-1a with 64
 * bits of the UID (`k8s.io/apimachinery/pkg/sharding`, `HashField`).
 *
 * @module
 */

/** The offset basis, in two halves. */
const BASIS_HIGH = 0xcbf29ce4;
const BASIS_LOW = 0x84222325;

/** The prime is 2^40 and this. */
const PRIME_LOW = 0x1b3;

/**
 * Hashes a UID.
 *
 * @param uid The UID.
 * @returns The hash, 64 bits.
 */
export function hashUid(uid: string): bigint {
  let high = BASIS_HIGH;
  let low = BASIS_LOW;
  for (const byte of new TextEncoder().encode(uid)) {
    low = (low ^ byte) >>> 0;
    const product = low * PRIME_LOW;
    const carry = Math.floor(product / 2 ** 32);
    // A shift by 40 moves the lower half by 8 bits into the upper one.
    high = (high * PRIME_LOW + carry + (low << 8 >>> 0)) % 2 ** 32;
    low = product % 2 ** 32;
  }
  return BigInt(high) << 32n | BigInt(low);
}
