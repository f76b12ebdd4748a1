import { assertEquals } from "@std/assert";
import { compactCode, compactDeclarations } from "../../tools/_compact_code.ts";

Deno.test("compactCode() keeps what separates tokens", () => {
  const code = `
import { a, b as c } from "./x.js";
class A extends B {
    static #x = 1;
    get [c]() { return typeof this.#x; }
    has(o) { return #x in o && /a b/.test(o); }
}
const d = a - -1 + +c / /e f/.exec("g  h").length; // why
for (const e of [1, 2]) await f(async (g) => g ? { ...g } : \`h  \${a + 1}
    i\`);
`;
  assertEquals(
    compactCode(code),
    `
import{a,b as c}from"./x.js";
class A extends B{
static #x=1;
get[c](){return typeof this.#x;}
has(o){return #x in o&&/a b/.test(o);}
}
const d=a- -1+ +c/ /e f/.exec("g  h").length;
for(const e of[1,2])await f(async(g)=>g?{...g}:\`h  \${a+1}
    i\`);
`,
  );
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
