/**
 * Parses concatenated JSON documents, such as the output of `jq -c '.items[]'`
 * or of several `kubectl get -o json`. As YAML, only a single document is
 * valid.
 *
 * @module
 */

/** Strings, and braces outside of them: they tell where an object ends. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}]/gs;

/**
 * Parses concatenated JSON documents.
 *
 * @param text The text.
 * @returns The values; undefined if the text is not a sequence of JSON objects.
 */
export function parseJsonDocuments(text: string): unknown[] | undefined {
  const documents: unknown[] = [];
  let start = 0;
  let depth = 0;
  try {
    for (const { 0: part, index } of text.matchAll(TOKENS)) {
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
