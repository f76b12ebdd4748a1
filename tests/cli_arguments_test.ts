/**
 * From argument lists to commands, and from mistakes to what to write instead.
 *
 * @module
 */

import {
  assertEquals,
  assertInstanceOf,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseCommand } from "../cli/arguments.ts";
import { UsageError } from "../cli/_usage_error.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const DELETE = ["--for=delete", "--embedded"];
const READY = ["--for=condition=Ready", "--embedded"];

/** The arguments, and the part of the command that matters. */
const COMMANDS: readonly [readonly string[], Record<string, unknown>][] = [
  [[], { type: "help", topic: "overview" }],
  [["--help"], { type: "help", topic: "overview" }],
  [["-h"], { type: "help", topic: "overview" }],
  [["help"], { type: "help", topic: "overview" }],
  [["help", "watch"], { type: "help", topic: "watch" }],
  [["wait", "--help"], { type: "help", topic: "wait" }],
  [["watch", "pods", "-h"], { type: "help", topic: "watch" }],
  [["--version"], { type: "version" }],
  [["wait", "pod/web", ...READY], {
    type: "wait",
    server: { type: "embedded" },
    goal: { type: "condition", name: "Ready", value: "true" },
    timeoutMs: 30_000,
  }],
  [["wait", "pod/web", "--for", "condition=Ready=False", "--embedded"], {
    goal: { type: "condition", name: "Ready", value: "False" },
  }],
  [["wait", "pod/web", "--for=condition=Ready=", "--embedded"], {
    goal: { type: "condition", name: "Ready", value: "" },
  }],
  [["wait", "pod/web", "--for=condition=A=b=c", "--embedded"], {
    goal: { type: "condition", name: "A", value: "b=c" },
  }],
  [["wait", "pod/web", "--for=Delete", "--embedded"], {
    goal: { type: "delete" },
  }],
  [["wait", "pod/web", ...DELETE, "--timeout", "1m30s"], {
    timeoutMs: 90_000,
  }],
  [["wait", "pod/web", ...DELETE, "--timeout=0"], { timeoutMs: 0 }],
  [["wait", "pod/web", ...DELETE, "--timeout=-1s"], { timeoutMs: WEEK_MS }],
  [["wait", "pod/web", ...DELETE, "--timeout", "-1s"], { timeoutMs: WEEK_MS }],
  [["wait", "pod/web", ...DELETE, "--timeout=1s", "--timeout=2s"], {
    timeoutMs: 2_000,
  }],
  [["wait", "pod/web", "--for=delete", "--server", "http://x", "--token=t"], {
    server: {
      type: "url",
      url: "http://x",
      token: { type: "text", text: "t" },
    },
  }],
  [["-s", "http://x", "wait", "pod/web", "--for=delete"], {
    server: { type: "url", url: "http://x", token: undefined },
  }],
  [["watch", "pods", "-s=http://x", "--token-file", "/t"], {
    server: {
      type: "url",
      url: "http://x",
      token: { type: "file", path: "/t" },
    },
    output: "table",
    resourceVersion: undefined,
    cached: false,
  }],
  [["watch", "pods", "--cached", "--embedded"], { cached: true }],
  [["watch", "pods", "--embedded", "-o", "json"], { output: "json" }],
  [["watch", "pods", "--embedded", "-oname"], { output: "name" }],
  [["watch", "pods", "--embedded", "--resource-version=12"], {
    resourceVersion: "12",
  }],
];

Deno.test("parseCommand() understands commands", () => {
  for (const [args, expected] of COMMANDS) {
    assertObjectMatch({ ...parseCommand(args) }, expected, args.join(" "));
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

Deno.test("parseCommand() finds out what is meant", () => {
  for (const [args, expected] of TARGETS) {
    const command = parseCommand(["wait", ...args, ...DELETE]);
    const targets = command.type === "wait" ? command.targets : [];
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
  [["wach"], "did you mean watch?"],
  [["frobnicate"], "the commands are wait and watch"],
  [["--embedded"], "no command given with --embedded"],
  [["wait", "pod/web", "--fro=delete"], "did you mean --for?"],
  [["wait", "pod/web", "--frobnicate"], "unknown option --frobnicate"],
  [["wait", "pod/web", "-z"], "unknown option -z"],
  [["wait", "pod/web", ...DELETE, "-o", "json"], "wait has no option --output"],
  [["watch", "pods", "--embedded", "--timeout=1s"], "has no option --timeout"],
  [["watch", "pods", "--embedded", "--all"], "has no option --all"],
  [["wait", ...DELETE], "nothing to wait for"],
  [["watch", "--embedded"], "nothing to watch"],
  [["wait", "pods", ...DELETE], "write pods/NAME, -l SELECTOR or --all"],
  [["wait", "pod/", ...DELETE], 'malformed "pod/"'],
  [["wait", "/web", ...DELETE], 'malformed "/web"'],
  [["wait", "pod/a/b", ...DELETE], 'malformed "pod/a/b"'],
  [["wait", "pod/a", "b", ...DELETE], "cannot be mixed with b"],
  [["wait", "pod/a,b", ...DELETE], 'malformed name "a,b"'],
  [["wait", "pod/a=b", ...DELETE], 'malformed name "a=b"'],
  [["wait", "deploymnt/web", ...DELETE], "did you mean deployment?"],
  [["wait", "foos/x", ...DELETE], 'unknown resource "foos"'],
  [["wait", "pod/web", "-l", "a=b", ...DELETE], "-l and a name (pod/web)"],
  [["wait", "pod/web", "--all", ...DELETE], "--all and a name (pod/web)"],
  [["wait", "pods", "--all", "-l", "a=b", ...DELETE], "-l and --all exclude"],
  [["wait", "pod/web", "-A", ...DELETE], "-A and a name (pod/web) exclude"],
  [["wait", "pods", "-l", "a=b=c", ...DELETE], 'malformed selector "a=b=c"'],
  [["wait", "pods", "-l", "a in b", ...DELETE], "unable to parse requirement"],
  [["wait", "pods", "-l", "", ...DELETE], "-l needs a value"],
  [
    ["wait", "pod/web", "-n", "Shop!", ...DELETE],
    'malformed namespace "Shop!"',
  ],
  [["wait", "pod/web", "--embedded"], "--for is missing"],
  [["wait", "pod/web", "--for=condition=", "--embedded"], "has no name"],
  [["wait", "pod/web", "--for=condition", "--embedded"], "has no name"],
  [["wait", "pod/web", "--for=condition==True", "--embedded"], "has no name"],
  [["wait", "pod/web", "--for=Ready", "--embedded"], 'condition "Ready"'],
  [["wait", "pod/web", "--for", "--embedded"], "followed by another option"],
  [["wait", "pod/web", "--embedded", "--for"], "--for needs a value"],
  [["wait", "pod/web", "--for=delete", ...DELETE], "more than once"],
  [["wait", "pod/web", ...DELETE, "--timeout=5x"], 'there is no unit "x"'],
  [["wait", "pod/web", ...DELETE, "--timeout=30"], "the unit is missing"],
  [["wait", "pod/web", "--for=delete"], "no server given"],
  [["wait", "pod/web", ...DELETE, "-s", "http://x"], "--embedded and --server"],
  [["wait", "pod/web", ...DELETE, "--token", "t"], "--embedded and --token"],
  [
    ["watch", "pods", "-s", "x", "--token=t", "--token-file=f"],
    "--token and --token-file exclude",
  ],
  [["wait", "pod/web", "--for=delete", "--embedded=no"], "takes no value"],
  [["watch", "pods,svc", "--embedded"], "takes one RESOURCE"],
  [["watch", "pod/a", "pod/b", "--embedded"], "takes one RESOURCE"],
  [["watch", "pods", "-o", "yaml", "--embedded"], 'unknown output "yaml"'],
  [["watch", "pods", "--resource-version=0", "--embedded"], "malformed"],
  [
    ["watch", "pods", "--cached", "--resource-version=5", "--embedded"],
    "a cache begins with what is there now; leave one of them out",
  ],
  [["wait", "pod/a", "--for=delete", "--cached"], "has no option --cached"],
  [["watch", "pods", "--resource-version=x", "--embedded"], "malformed"],
];

Deno.test("parseCommand() says what to write instead", () => {
  for (const [args, text] of MISTAKES) {
    const error = assertThrows(() => parseCommand(args), UsageError);
    assertInstanceOf(error, UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
    assertEquals(error.message.includes("\n"), false, args.join(" "));
  }
});

Deno.test("parseCommand() repeats no token", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9";
  const lines = [
    ["wait", "pod/web", "--for=x", "-s", "http://x", "--token", secret],
    ["wait", "pod/web", `--tokn=${secret}`],
    ["wait", "pod/web", ...DELETE, `--token=${secret}`],
    ["watch", "pods", `--token=${secret}`],
    [`--token=${secret}`],
  ];
  for (const args of lines) {
    const { message } = assertThrows(() => parseCommand(args), UsageError);
    assertEquals(message.includes(secret), false, message);
  }
});
