/**
 * Concatenated JSON documents.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { parseJsonDocuments } from "../../../cli/resources/json_documents.ts";

const TEXTS: readonly [string, unknown[] | undefined][] = [
  ["", []],
  [' {"a": {"b": [1]}}\n', [{ a: { b: [1] } }]],
  ['{"a":1}{"b":2}\n\n {"c":{}}', [{ a: 1 }, { b: 2 }, { c: {} }]],
  ['{"a":"}{\\"}"}{"b":"\\\\"}', [{ a: '}{"}' }, { b: "\\" }]],
  ["{a: 1}", undefined],
  ['{"a":1}\n---\n{"b":2}', undefined],
  ['{"a":1} {"b":2', undefined],
  ['{"a":1} b', undefined],
  ["}", undefined],
];

Deno.test("parseJsonDocuments() parses concatenated documents", () => {
  for (const [text, documents] of TEXTS) {
    assertEquals(parseJsonDocuments(text), documents, text);
  }
});
