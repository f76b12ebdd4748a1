/**
 * Reads the certificates and keys of kubeconfigs: base64-encoded PEM, or files.
 * Runtimes report malformed ones late and badly (Deno trusts no certificate
 * then, Bun blames the URL), so their format is checked here.
 *
 * @module
 */

import { decodeBase64 } from "../internal/base64.ts";
import type { Entry } from "./_kubeconfig_entry.ts";
import { isPem, type PemKind } from "../internal/pem.ts";
import { KubeconfigError } from "./kubeconfig_error.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/**
 * Finds a certificate or key in an entry.
 *
 * @param entry The entry.
 * @param name The field with the path of a file; with the suffix `-data`, the
 *   one with the encoded text.
 * @param kind The expected content.
 * @returns A function that returns the text and reads a file each time, or the
 *   last text while the file is unusable, as it may be while it is replaced;
 *   undefined if the entry has neither field.
 * @throws {KubeconfigError} If the entry has both fields, or the data is not
 *   base64 or not PEM.
 */
export function pemSource(
  entry: Entry,
  name: string,
  kind: PemKind,
): (() => string) | undefined {
  const data = entry.string(`${name}-data`);
  const path = entry.string(name);
  if (data !== undefined && path !== undefined) {
    throw entry.unusable(`it has both ${name} and ${name}-data: remove one`);
  }
  if (data !== undefined) {
    const text = decodeBase64(data);
    if (text === undefined) {
      throw entry.unusable(`${name}-data is not base64`);
    }
    if (!isPem(text, kind)) {
      throw entry.unusable(`${name}-data is not a PEM-encoded ${kind}`);
    }
    return () => text;
  }
  if (path === undefined) return undefined;
  return keepingLast(() => {
    try {
      const text = readTextFile(path);
      if (isPem(text, kind)) return text;
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      throw entry.unusable(`cannot read ${name} ${path}: ${error.message}`);
    }
    throw entry.unusable(`${name} ${path} is not a PEM-encoded ${kind}`);
  });
}

function keepingLast(read: () => string): () => string {
  let last: string | undefined;
  return () => {
    try {
      return last = read();
    } catch (error) {
      if (last === undefined || !(error instanceof KubeconfigError)) {
        throw error;
      }
      return last;
    }
  };
}
