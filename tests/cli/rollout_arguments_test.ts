/**
 * Parsing of the arguments of `rollout`.
 *
 * @module
 */

import {
  assertObjectMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseCommandLine } from "../../cli/arguments.ts";
import { rolloutArguments } from "../../cli/_rollout_arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";

function parse(args: readonly string[]) {
  const line = parseCommandLine(["rollout", ...args, "--embedded"]);
  if (line.type !== "run") throw new Error(`not to be run: ${args}`);
  return rolloutArguments(line.given);
}

Deno.test("rolloutArguments() parses arguments", () => {
  const cases: readonly [readonly string[], Record<string, unknown>][] = [
    [["status", "deployment/web"], { timeoutMs: 0, watch: true, revision: 0 }],
    [["status", "deploy", "web", "--watch=false"], { watch: false }],
    [["status", "deploy/web", "-w"], { watch: true }],
    [["status", "deploy/web", "--timeout=1m30s"], { timeoutMs: 90_000 }],
    [["status", "deploy/web", "--timeout=-1s"], { timeoutMs: 0 }],
    [["status", "deploy/web", "--revision=12"], { revision: 12 }],
    [["status", "-f", "a.yaml,b.yaml"], {
      manifests: { paths: ["a.yaml", "b.yaml"], recursive: false },
    }],
  ];
  for (const [args, expected] of cases) {
    assertObjectMatch({ ...parse(args) }, expected, args.join(" "));
  }
});

Deno.test("rolloutArguments() throws UsageError that says what to use instead", () => {
  const cases: readonly [readonly string[], string][] = [
    [[], "use rollout status RESOURCE/NAME"],
    [["status"], "nothing to show the status of"],
    [["undo", "deploy/web"], "use kubectl rollout undo"],
    [
      ["stat", "deploy/web"],
      'unknown command "rollout stat": use rollout status RESOURCE/NAME',
    ],
    [["deploy/web"], "use rollout status deploy/web"],
    [["status", "deploy/web", "--timeout=soon"], "malformed duration"],
    [["status", "deploy/web", "--revision=-1"], "malformed --revision=-1"],
    [
      ["status", "deploy/web", "-f", "a.yaml"],
      "-f already identifies the objects",
    ],
    [["status", "-k", "dir"], "watchtools rollout status -f -"],
    [["status", "deploy/web", "--revision=x"], "malformed --revision=x"],
    [["status", "deploy/web", "-A"], "unknown option -A"],
  ];
  for (const [args, text] of cases) {
    const error = assertThrows(() => parse(args), UsageError);
    assertStringIncludes(error.message, text, args.join(" "));
  }
});
