/**
 * Parsing of the arguments of `wait`.
 *
 * @module
 */

import {
  assertEquals,
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";
import { waitArguments } from "../../cli/_wait_arguments.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const DELETE = ["--for=delete", "--embedded"];
const READY = ["--for=condition=Ready", "--embedded"];

function parse(args: readonly string[]) {
  const line = parseCommandLine(["wait", ...args]);
  if (line.type !== "run") throw new Error(`not to be run: ${args}`);
  return waitArguments(line.given);
}

/** Arguments, and a part of the result. */
const VALID: readonly [readonly string[], Record<string, unknown>][] = [
  [["pod/web", ...READY], {
    server: { type: "embedded" },
    goals: [{ type: "condition", name: "Ready", value: "true" }],
    output: { type: "message" },
    timeoutMs: 30_000,
  }],
  [["pod/web", "--for", "condition=Ready=False", "--embedded"], {
    goals: [{ type: "condition", name: "Ready", value: "False" }],
  }],
  [["pod/web", "--for=condition=Ready=", "--embedded"], {
    goals: [{ type: "condition", name: "Ready", value: "" }],
  }],
  [["pod/web", "--for=condition=A=b=c", "--embedded"], {
    goals: [{ type: "condition", name: "A", value: "b=c" }],
  }],
  [["pod/web", "--for=Delete", "--embedded"], {
    goals: [{ type: "delete" }],
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
  [["pod/web", "--for=delete", "--for=create", "--for=condition=A"], {
    goals: [
      { type: "create" },
      { type: "delete" },
      { type: "condition", name: "A", value: "true" },
    ],
  }],
  [["pod/web", "--for=jsonpath={.status.phase}=Running"], {
    goals: [{
      type: "jsonpath",
      expression: "{.status.phase}",
      value: "Running",
    }],
  }],
  [["pod/web", "--for=jsonpath='.status.phase'='a b'"], {
    goals: [{ type: "jsonpath", expression: ".status.phase", value: "a b" }],
  }],
  [["pod/web", '--for=jsonpath={.a[?(@.b=="c")].d}'], {
    goals: [{
      type: "jsonpath",
      expression: '{.a[?(@.b=="c")].d}',
      value: undefined,
    }],
  }],
  [["pod/web", "--for=Ready", "--embedded"], {
    goals: [{ type: "ready" }],
    staleStatus: "wait",
  }],
  [
    ["pod/web", "--for=ready", "--for=jsonpath={.a}", "--accept-stale-status"],
    { staleStatus: "accept" },
  ],
  [["-f", "a.yaml,b", "-f", "-", "-R", "--for=create"], {
    manifests: { paths: ["a.yaml", "b", "-"], recursive: true },
  }],
  [
    ["pod/web", "--for=create", "-o", "jsonpath={.a}", "--show-managed-fields"],
    {
      output: {
        type: "jsonpath",
        template: { text: "{.a}" },
        asJson: false,
        allowMissingKeys: true,
      },
      showManagedFields: true,
    },
  ],
];

Deno.test("waitArguments() parses arguments", () => {
  for (const [args, expected] of VALID) {
    assertObjectMatch({ ...parse(args) }, expected, args.join(" "));
  }
});

/** Invalid arguments, and a part of the error message. */
const MISTAKES: readonly [readonly string[], string][] = [
  [[...DELETE], "nothing to wait for"],
  [["pods", ...DELETE], "use pods/NAME, -l SELECTOR or --all"],
  [["pod/web", "-l", "a=b", ...DELETE], "-l and a name (pod/web)"],
  [["pod/web", "--embedded"], "--for is required"],
  [["pod/web", "--for=condition=", "--embedded"], "has no name"],
  [
    ["pod/web", "--for=condition", "--embedded"],
    "--for=condition is incomplete",
  ],
  [["pod/web", "--for=condition==True", "--embedded"], "has no name"],
  [["pod/web", "--for=Complete", "--embedded"], 'condition "Complete"'],
  [["pod/web", ...READY, "--accept-stale-status"], "--for=jsonpath only"],
  [["pod/web", ...DELETE, "--timeout=5x"], 'unknown unit "x"'],
  [["pod/web", ...DELETE, "--timeout=30"], "missing unit"],
  [["pod/web", "--for=jsonpath={.a}=", "--embedded"], "no value after"],
  [["pod/web", "--for=jsonpath={.a}==b", "--embedded"], "malformed condition"],
  [["pod/web", "--for=jsonpath=", "--embedded"], "malformed condition"],
  [["pod/web", "-f", "a.yaml", ...DELETE], "-f already identifies the objects"],
  [["-f", "a.yaml", "--all", ...DELETE], "-f already identifies the objects"],
  [["-f", "https://x/a.yaml", ...DELETE], "curl -s URL |"],
  [["-k", "dir", ...DELETE], "kubectl kustomize DIR |"],
  [["pod/web", ...DELETE, "-o", "wide"], 'unknown output format "wide"'],
  [["pod/web", ...DELETE, "-o", "json=x"], 'unknown output format "json=x"'],
  [["pod/web", ...DELETE, "-o", "jsonpath"], "requires a template"],
  [["pod/web", ...DELETE, "-o", "go-template={{.a}}"], "-o jsonpath=TEMPLATE"],
  [["pod/web", ...DELETE, "-s", "http://x"], "--embedded and --server"],
  [["pod/web", ...DELETE, "--token", "t"], "--embedded and --token"],
];

Deno.test("waitArguments() throws UsageError that says what to use instead", () => {
  for (const [args, text] of MISTAKES) {
    const error = assertThrows(() => parse(args), UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
    assertEquals(error.message.includes("\n"), false, args.join(" "));
  }
});

Deno.test("waitArguments() does not repeat a token in errors", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9";
  const args = ["pod/web", "--for=delete", "--embedded", "--token", secret];
  const { message } = assertThrows(() => parse(args), UsageError);
  assertEquals(message.includes(secret), false, message);
});
