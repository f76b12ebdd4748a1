/**
 * Certificates and keys as kubeconfigs hold them: base64 of PEM, or a file.
 * Runtimes tell of malformed ones late and badly (Deno trusts nobody then, Bun
 * speaks of a typo in the URL), so their outside is looked at here.
 *
 * @module
 */

import { decodeBase64 } from "../internal/base64.ts";
import type { Entry } from "./_kubeconfig_entry.ts";
import { isPem, type PemKind } from "../internal/pem.ts";
import { readTextFile, UnreadableFileError } from "../internal/runtime.ts";

/**
 * Finds PEM text in an entry.
 *
 * @param entry The entry.
 * @param name The field that names a file; with `-data` it holds the text.
 * @param kind What it is to be.
 * @returns What reads it, a file again each time; undefined where neither is
 *   there.
 * @throws {KubeconfigError} If both are there, or the text is none.
 */
export function pemSource(
  entry: Entry,
  name: string,
  kind: PemKind,
): (() => string) | undefined {
  const data = entry.text(`${name}-data`);
  const path = entry.text(name);
  if (data !== undefined && path !== undefined) {
    throw entry.unusable(`it has both ${name} and ${name}-data: take one out`);
  }
  if (data !== undefined) {
    const text = decodeBase64(data);
    if (text === undefined) {
      throw entry.unusable(`${name}-data is not base64`);
    }
    if (!isPem(text, kind)) {
      throw entry.unusable(`${name}-data is no ${kind} in PEM`);
    }
    return () => text;
  }
  if (path === undefined) return undefined;
  return () => {
    try {
      const text = readTextFile(path);
      if (isPem(text, kind)) return text;
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      throw entry.unusable(`cannot read ${name} ${path}: ${error.message}`);
    }
    throw entry.unusable(`${name} ${path} is no ${kind} in PEM`);
  };
}
