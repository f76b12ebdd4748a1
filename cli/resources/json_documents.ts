/**
 * JSON documents one behind the other, as `jq -c '.items[]'` and several
 * `kubectl get -o json` write them. YAML takes one alone.
 *
 * @module
 */

/** What matters for where an object ends: strings, and braces elsewhere. */
const PARTS = /"(?:[^"\\]|\\.)*"|[{}]/gs;

/**
 * Reads the documents of a text.
 *
 * @param text The text.
 * @returns What they hold; undefined where it is no row of JSON objects.
 */
export function jsonDocuments(text: string): unknown[] | undefined {
  const documents: unknown[] = [];
  let start = 0;
  let depth = 0;
  try {
    for (const { 0: part, index } of text.matchAll(PARTS)) {
      if (part === "{") depth++;
      if (part !== "}" || --depth > 0) continue;
      documents.push(JSON.parse(text.slice(start, index + 1)));
      start = index + 1;
    }
  } catch {
    return undefined;
  }
  return text.slice(start).trim() === "" ? documents : undefined;
}
