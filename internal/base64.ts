/**
 * Base64 of UTF-8 text.
 *
 * @module
 */

/**
 * Encodes the UTF-8 bytes of a string as base64.
 *
 * @param text The string.
 * @returns The base64.
 */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Decodes base64 of UTF-8 text. White space is skipped.
 *
 * @param data The base64.
 * @returns The text, or undefined if `data` is not valid base64.
 */
export function decodeBase64(data: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}
