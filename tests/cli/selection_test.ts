/**
 * Parsing of the arguments and options that select objects.
 *
 * @module
 */

import {
  assertEquals,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { COMMANDS } from "../../cli/_registry.ts";
import { parseOptions } from "../../cli/_options.ts";
import { parseSelection } from "../../cli/_selection.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";

const OPTIONS = COMMANDS.find(({ name }) => name === "wait")?.options ?? {};

function parse(...args: string[]) {
  return parseSelection(parseOptions(args, OPTIONS));
}

/** The positional arguments, and the resources and names in them. */
const MENTIONS: readonly [string, readonly string[]][] = [
  ["", []],
  ["pod/web", ["pod web"]],
  ["pod/a deploy/b", ["pod a", "deploy b"]],
  ["pod a b", ["pod a", "pod b"]],
  ["pods", ["pods"]],
  ["po,svc,po", ["po", "svc"]],
  ["po,svc a b", ["po a", "po b", "svc a", "svc b"]],
  ["clusterrole/system:node", ["clusterrole system:node"]],
  ["clusterrolebinding/me@example.com", ["clusterrolebinding me@example.com"]],
  ["clusterrole a+b*c", ["clusterrole a+b*c"]],
  ["pods.v1. web.0", ["pods.v1. web.0"]],
];

Deno.test("parseSelection() parses resources and names", () => {
  for (const [words, expected] of MENTIONS) {
    const { resourceArguments } = parse(...words.split(" ").filter(Boolean));
    assertEquals(
      resourceArguments.map(({ resource, name }) =>
        [resource, name ?? []].flat().join(" ")
      ),
      expected,
      words,
    );
  }
});

Deno.test("parseSelection() parses selectors", () => {
  assertObjectMatch(parse("pods", "-l=app in (a, b),!c", "-n=shop"), {
    namespace: "shop",
    allNamespaces: false,
    labelSelector: "app in (a, b),!c",
    fieldSelector: undefined,
  });
  assertObjectMatch(parse("pods", "-A", "-l", " "), {
    namespace: undefined,
    allNamespaces: true,
    labelSelector: undefined,
  });
  for (const text of ["a.b=c", "a!=,b==c", "a=b\\,c", "a=b\\=c"]) {
    const { fieldSelector } = parse("pods", "--field-selector", text);
    assertEquals(fieldSelector, text);
  }
});

/** Invalid arguments, and a part of the error message. */
const MISTAKES: readonly [readonly string[], string][] = [
  [["pod/"], 'malformed "pod/"'],
  [["/web"], 'malformed "/web"'],
  [["pod/a/b"], 'malformed "pod/a/b"'],
  [["pod/a", "b"], "cannot be combined with b"],
  [["pod/a,b"], 'malformed name "a,b"'],
  [["pod/a=b"], 'malformed name "a=b"'],
  [["pod/a%2fb"], 'malformed name "a%2fb"'],
  [["pod/a\nb"], "malformed name"],
  [["pod/.."], 'malformed name ".."'],
  [["po,,svc"], 'malformed resource ""'],
  [["wid gets/a"], 'malformed resource "wid gets"'],
  [["pod/web", "-l", "a=b"], "-l and a name (pod/web)"],
  [["pod", "web", "--field-selector", "a=b"], "--field-selector and a name"],
  [["pods", "-l", "a=b=c"], 'malformed selector "a=b=c"'],
  [["pods", "-l", "a in b"], "unable to parse requirement"],
  [["pods", "--field-selector", "a"], 'malformed field selector "a"'],
  [
    ["pods", "--field-selector", "a=b=c"],
    "use a selector such as status.phase=Running",
  ],
  [["pod/web", "-A"], "-A and a name (pod/web) are mutually exclusive"],
  [["pod/web", "-n", "Shop!"], 'malformed namespace "Shop!"'],
];

Deno.test("parseSelection() throws UsageError that says what to use instead", () => {
  for (const [args, text] of MISTAKES) {
    const { message } = assertThrows(() => parse(...args), UsageError);
    assertStringIncludes(message, text, args.join(" "));
  }
});
