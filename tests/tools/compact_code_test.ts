import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  compactDeclarations,
  compactModules,
} from "../../tools/_compact_code.ts";

Deno.test("compactModules() drops white space and comments, and keeps names and short lines", async () => {
  const code = `
import { a, b as c } from "./x.js";
export class Kept extends c {
    static #private = 1; // why
    get [a]() { return typeof Kept.#private; }
}
export const long = [${"a, ".repeat(2000)}];
`;
  const compact = await compactModules(new Map([["kept.js", code]]));
  const text = compact.get("kept.js") ?? "";
  assertStringIncludes(
    text,
    'import{a,b as c}from"./x.js";export class Kept extends c{static#private=1;get[a](){return typeof Kept.#private}}',
  );
  assert(text.split("\n").every((line) => line.length < 600));
  assert(text.length < code.length * 0.7);
});

Deno.test("compactDeclarations() drops the comments of private files only", () => {
  const text = `/** Why. */
export interface A {
    /** How. */
    readonly b: string;
}
`;
  assertEquals(
    compactDeclarations("api/a.d.ts", text),
    `/** Why. */
export interface A {
/** How. */
readonly b: string;
}
`,
  );
  assertEquals(
    compactDeclarations("api/_a.d.ts", text).trim(),
    "export interface A {\nreadonly b: string;\n}",
  );
});
