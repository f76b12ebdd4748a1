/**
 * Base64, of UTF-8.
 *
 * @module
 */

/**
 * Encodes a text.
 *
 * @param text The text.
 * @returns Its UTF-8 bytes in base64.
 */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Decodes a text. White space in it is skipped.
 *
 * @param data Base64.
 * @returns The text; undefined where that is no base64.
 */
export function decodeBase64(data: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}
