/**
 * Parsing of the connection options.
 *
 * @module
 */

import { assertEquals, assertObjectMatch, assertThrows } from "@std/assert";
import { SERVER_OPTIONS } from "../../cli/_registry.ts";
import { parseOptions } from "../../cli/_options.ts";
import { parseServerOptions } from "../../cli/_server_arguments.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";

function parse(...args: string[]) {
  return parseServerOptions(parseOptions(args, SERVER_OPTIONS));
}

/** Arguments, and the server that they select. */
const CHOICES: readonly [readonly string[], Record<string, unknown>][] = [
  [[], { server: undefined, context: undefined, asGroups: undefined }],
  [["-s", "http://x", "--token=t"], { server: "http://x", token: "t" }],
  [["--token-file", "/t"], { tokenFile: "/t" }],
  [["--kubeconfig=k", "--context=c", "--cluster=d", "--user=u"], {
    kubeconfig: "k",
    context: "c",
    cluster: "d",
    user: "u",
  }],
  [["--as=a", "--as-group=b", "--as-group=c,d", "--as-uid=e"], {
    as: "a",
    asGroups: ["b", "c,d"],
    asUid: "e",
  }],
  [["--as-user-extra=k=v=w", "--as-user-extra=k=x", "--as-user-extra=l="], {
    asUserExtra: { k: ["v=w", "x"], l: [""] },
  }],
  [["--insecure-skip-tls-verify"], { insecureSkipTlsVerify: true }],
  [["--insecure-skip-tls-verify=false"], { insecureSkipTlsVerify: false }],
  [["--request-timeout=5"], { requestTimeoutMs: 5_000 }],
  [["--request-timeout=1m"], { requestTimeoutMs: 60_000 }],
  [["--request-timeout=0"], { requestTimeoutMs: Infinity }],
  [["--request-timeout=0s"], { requestTimeoutMs: Infinity }],
];

Deno.test("parseServerOptions() accepts the options of kubectl", () => {
  for (const [args, expected] of CHOICES) {
    const choice = parse(...args);
    assertEquals(choice.type, "cluster");
    assertObjectMatch(
      choice.type === "cluster" ? { ...choice.options } : {},
      expected,
      args.join(" "),
    );
  }
  assertEquals(parse("--embedded"), { type: "embedded" });
});

/** Invalid arguments, and a part of the error message. */
const MISTAKES: readonly [readonly string[], string][] = [
  [
    ["--embedded", "--context=c"],
    "--embedded and --context are mutually exclusive",
  ],
  [
    ["--embedded", "--token=t"],
    "--embedded and --token are mutually exclusive",
  ],
  [
    ["--token=t", "--token-file=f"],
    "--token and --token-file are mutually exclusive",
  ],
  [["--as-user-extra=secret"], "expected KEY=VALUE"],
  [["--request-timeout=x"], "malformed duration --request-timeout=x"],
  [["--request-timeout=-1s"], "it must not be negative"],
];

Deno.test("parseServerOptions() throws UsageError that says what to use instead", () => {
  for (const [args, message] of MISTAKES) {
    assertThrows(() => parse(...args), UsageError, message, args.join(" "));
  }
});
