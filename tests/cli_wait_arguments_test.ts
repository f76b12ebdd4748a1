/**
 * From the arguments of a `wait` to what it is asked for, and from mistakes to
 * what to write instead.
 *
 * @module
 */

import {
  assertEquals,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseCommandLine } from "../cli/arguments.ts";
import { UsageError } from "../cli/_usage_error.ts";
import { waitArguments } from "../cli/_wait_arguments.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const DELETE = ["--for=delete", "--embedded"];
const READY = ["--for=condition=Ready", "--embedded"];

function parse(args: readonly string[]) {
  const line = parseCommandLine(["wait", ...args]);
  if (line.type !== "run") throw new Error(`not to be run: ${args}`);
  return waitArguments(line.given);
}

/** The arguments, and the part of the outcome that matters. */
const UNDERSTOOD: readonly [readonly string[], Record<string, unknown>][] = [
  [["pod/web", ...READY], {
    server: { type: "embedded" },
    goal: { type: "condition", name: "Ready", value: "true" },
    timeoutMs: 30_000,
  }],
  [["pod/web", "--for", "condition=Ready=False", "--embedded"], {
    goal: { type: "condition", name: "Ready", value: "False" },
  }],
  [["pod/web", "--for=condition=Ready=", "--embedded"], {
    goal: { type: "condition", name: "Ready", value: "" },
  }],
  [["pod/web", "--for=condition=A=b=c", "--embedded"], {
    goal: { type: "condition", name: "A", value: "b=c" },
  }],
  [["pod/web", "--for=Delete", "--embedded"], {
    goal: { type: "delete" },
  }],
  [["pod/web", ...DELETE, "--timeout", "1m30s"], {
    timeoutMs: 90_000,
  }],
  [["pod/web", ...DELETE, "--timeout=0"], { timeoutMs: 0 }],
  [["pod/web", ...DELETE, "--timeout=-1s"], { timeoutMs: WEEK_MS }],
  [["pod/web", ...DELETE, "--timeout", "-1s"], { timeoutMs: WEEK_MS }],
  [["pod/web", ...DELETE, "--timeout=1s", "--timeout=2s"], {
    timeoutMs: 2_000,
  }],
  [["pod/web", "--for=delete", "--server", "http://x", "--token=t"], {
    server: {
      type: "url",
      url: "http://x",
      token: { type: "text", text: "t" },
    },
  }],
  [["-s", "http://x", "pod/web", "--for=delete"], {
    server: { type: "url", url: "http://x", token: undefined },
  }],
];

Deno.test("waitArguments() understands arguments", () => {
  for (const [args, expected] of UNDERSTOOD) {
    assertObjectMatch({ ...parse(args) }, expected, args.join(" "));
  }
});

/** The arguments, and what each target comes down to. */
const TARGETS: readonly [readonly string[], readonly unknown[]][] = [
  [["pod/web"], [["pods", "default", "web", undefined]]],
  [["pod/a", "deploy/b"], [
    ["pods", "default", "a", undefined],
    ["deployments", "default", "b", undefined],
  ]],
  [["pod", "a", "b"], [
    ["pods", "default", "a", undefined],
    ["pods", "default", "b", undefined],
  ]],
  [["pods", "-l", "app=web"], [["pods", "default", undefined, "app=web"]]],
  [["pods", "-l=app=web", "-n=shop"], [
    ["pods", "shop", undefined, "app=web"],
  ]],
  [["pods", "-lapp in (a, b),!c"], [
    ["pods", "default", undefined, "app in (a, b),!c"],
  ]],
  [["po,svc", "--all"], [
    ["pods", "default", undefined, undefined],
    ["services", "default", undefined, undefined],
  ]],
  [["pods", "--all", "-A"], [["pods", undefined, undefined, undefined]]],
  [["pod/web", "-n", "shop"], [["pods", "shop", "web", undefined]]],
  [["node/a", "-n", "shop"], [["nodes", undefined, "a", undefined]]],
  [["node/a", "-A"], [["nodes", undefined, "a", undefined]]],
  [["clusterrole/system:node"], [
    ["clusterroles", undefined, "system:node", undefined],
  ]],
  [["pod/web.0"], [["pods", "default", "web.0", undefined]]],
];

Deno.test("waitArguments() finds out what is meant", () => {
  for (const [args, expected] of TARGETS) {
    const { targets } = parse([...args, ...DELETE]);
    assertEquals(
      targets.map(({ resource, namespace, name, labelSelector }) => [
        resource.plural,
        namespace,
        name,
        labelSelector,
      ]),
      expected,
      args.join(" "),
    );
  }
});

/** The arguments, and what has to be said about them. */
const MISTAKES: readonly [readonly string[], string][] = [
  [[...DELETE], "nothing to wait for"],
  [["pods", ...DELETE], "write pods/NAME, -l SELECTOR or --all"],
  [["pod/", ...DELETE], 'malformed "pod/"'],
  [["/web", ...DELETE], 'malformed "/web"'],
  [["pod/a/b", ...DELETE], 'malformed "pod/a/b"'],
  [["pod/a", "b", ...DELETE], "cannot be mixed with b"],
  [["pod/a,b", ...DELETE], 'malformed name "a,b"'],
  [["pod/a=b", ...DELETE], 'malformed name "a=b"'],
  [["deploymnt/web", ...DELETE], "did you mean deployment?"],
  [["foos/x", ...DELETE], 'unknown resource "foos"'],
  [["pod/web", "-l", "a=b", ...DELETE], "-l and a name (pod/web)"],
  [["pod/web", "--all", ...DELETE], "--all and a name (pod/web)"],
  [["pods", "--all", "-l", "a=b", ...DELETE], "-l and --all exclude"],
  [["pod/web", "-A", ...DELETE], "-A and a name (pod/web) exclude"],
  [["pods", "-l", "a=b=c", ...DELETE], 'malformed selector "a=b=c"'],
  [["pods", "-l", "a in b", ...DELETE], "unable to parse requirement"],
  [
    ["pod/web", "-n", "Shop!", ...DELETE],
    'malformed namespace "Shop!"',
  ],
  [["pod/web", "--embedded"], "--for is missing"],
  [["pod/web", "--for=condition=", "--embedded"], "has no name"],
  [["pod/web", "--for=condition", "--embedded"], "has no name"],
  [["pod/web", "--for=condition==True", "--embedded"], "has no name"],
  [["pod/web", "--for=Ready", "--embedded"], 'condition "Ready"'],
  [["pod/web", "--for=delete", ...DELETE], "more than once"],
  [["pod/web", ...DELETE, "--timeout=5x"], 'there is no unit "x"'],
  [["pod/web", ...DELETE, "--timeout=30"], "the unit is missing"],
  [["pod/web", "--for=delete"], "no server given"],
  [["pod/web", ...DELETE, "-s", "http://x"], "--embedded and --server"],
  [["pod/web", ...DELETE, "--token", "t"], "--embedded and --token"],
];

Deno.test("waitArguments() says what to write instead", () => {
  for (const [args, text] of MISTAKES) {
    const error = assertThrows(() => parse(args), UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
    assertEquals(error.message.includes("\n"), false, args.join(" "));
  }
});

Deno.test("waitArguments() repeats no token", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9";
  const args = ["pod/web", "--for=delete", "--embedded", "--token", secret];
  const { message } = assertThrows(() => parse(args), UsageError);
  assertEquals(message.includes(secret), false, message);
});
