/**
 * Failures as one line each, and which of them retrying cannot fix.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  ConfigurationError,
  ConnectionError,
  type Status,
  StatusError,
} from "../../mod.ts";
import { TokenTimeoutError } from "../../api/_token_error.ts";
import { isPermanentRefusal } from "../../api/_permanent_refusal.ts";
import {
  causeText,
  failureLine,
  inWords,
  isTemporaryAnswer,
  stackTraces,
} from "../../cli/_failures.ts";
import {
  NO_API_SERVER,
  UnknownResourceError,
} from "../../cli/resources/unknown_resource_error.ts";
import { PlacedError } from "../../cli/_server_failure.ts";
import { UsageError } from "../../cli/terminal/usage_error.ts";

/** A Status as servers send them. */
function answer(code: number, reason: string, message: string): StatusError {
  const status: Status = { metadata: {}, status: "Failure" };
  return new StatusError({ ...status, code, reason, message });
}

const refused = new ConnectionError(
  "Cannot reach http://127.0.0.1:1/api: fetch failed: error sending request for url (http://127.0.0.1:1/api): client error (Connect): tcp connect error: Connection refused (os error 111)",
);
const mismatched = new ConfigurationError(
  "Cannot use the client certificate: it does not match its key",
);

/** A failed connection, as Deno words the reason. */
function lost(why: string): ConnectionError {
  const reason = new Error(`client error (Connect): ${why}`);
  const cause = new TypeError("fetch failed", { cause: reason });
  return new ConnectionError("Cannot reach https://x", { cause });
}

/** A failed connection, as Node and Bun code the reason. */
function coded(code: string): ConnectionError {
  const reason = Object.assign(new Error("the runtime's words"), { code });
  const cause = new TypeError("fetch failed", { cause: reason });
  return new ConnectionError("Cannot reach https://x", { cause });
}
const unauthorized = answer(401, "Unauthorized", "Unauthorized");
const PLACE = {
  server: "http://127.0.0.1:1",
  context: "dev",
  proxy: undefined,
  credential: 'the credential of user "me" of config',
};
const forbidden = answer(403, "Forbidden", 'pods is forbidden: User "x"');
const html = new StatusError({
  code: 404,
  reason: "NotFound",
  message: "GET http://x returned 404 without a Status: '<html>'",
});

const LINES: readonly [unknown, string][] = [
  [new UsageError("--for is missing"), "error: --for is missing"],
  [forbidden, 'Error from server (Forbidden): pods is forbidden: User "x"'],
  [
    new Error("watch closed", { cause: forbidden }),
    'Error from server (Forbidden): pods is forbidden: User "x"',
  ],
  [
    new StatusError({ metadata: {}, message: "no" }),
    "Error from server: no",
  ],
  [
    unauthorized,
    "error: You must be logged in to the server (Unauthorized): check --token or --token-file",
  ],
  [
    html,
    "error: GET http://x returned 404 without a Status: '<html>': check that --server is the address of a Kubernetes API server",
  ],
  [
    new StatusError({ code: 502, message: "502 without a Status: ''" }),
    "error: 502 without a Status: '': the server or a proxy in front of it is failing",
  ],
  [
    new StatusError({ code: 302, message: "redirected: give another" }),
    "error: redirected: give another",
  ],
  [
    new PlacedError(
      new StatusError({ code: 400, message: "400: 'to an HTTPS server.'" }),
      PLACE,
    ),
    "error: 400: 'to an HTTPS server.': check that --server is the address of a Kubernetes API server; it may have to begin with https://",
  ],
  [
    new PlacedError(
      new TokenTimeoutError("Timed out after 9 ms waiting for the token"),
      PLACE,
    ),
    'error: Timed out after 9 ms waiting for the token: run what gives the credential of user "me" of config by itself, and see what it waits for',
  ],
  [
    new PlacedError(mismatched, PLACE),
    'error: Cannot use the client certificate: it does not match its key: check the settings of context "dev"',
  ],
  [
    new Error("the wait ended", { cause: mismatched }),
    "error: Cannot use the client certificate: it does not match its key",
  ],
  [
    new SyntaxError("Cannot read the response: it is not JSON: '<html>\n'"),
    "error: Cannot read the response: it is not JSON: '<html> ': check that --server is the address of a Kubernetes API server",
  ],
  [
    new UnknownResourceError("foos", "", { cause: html }),
    'error: the server doesn\'t have a resource type "foos"',
  ],
  [
    new UnknownResourceError("pods", NO_API_SERVER, { cause: html }),
    'error: the server doesn\'t have a resource type "pods": check that --server is the address of a Kubernetes API server',
  ],
  [
    refused,
    "error: Cannot reach http://127.0.0.1:1/api: Connection refused (os error 111): check the address given with --server, and that the server runs",
  ],
  [
    new PlacedError(refused, PLACE),
    'error: Cannot reach http://127.0.0.1:1/api: Connection refused (os error 111): check that the server of context "dev" runs and can be reached from here',
  ],
  [
    new PlacedError(refused, { ...PLACE, proxy: "http://proxy:3128" }),
    'error: Cannot reach http://127.0.0.1:1/api: Connection refused (os error 111): check that the server of context "dev" runs and can be reached from here, by the proxy http://proxy:3128',
  ],
  [
    new PlacedError(unauthorized, PLACE),
    'error: You must be logged in to the server (Unauthorized): the credential of user "me" of config was refused: it may have expired',
  ],
  [
    new PlacedError(unauthorized, { ...PLACE, credential: undefined }),
    "error: You must be logged in to the server (Unauthorized): no credential was sent: log in, choose a context that has one, or give --token or --token-file",
  ],
  [new PlacedError(new Error("no"), PLACE), "error: no"],
  ["thrown text", "error: thrown text"],
];

Deno.test("failureLine() says what is wrong and what to do", () => {
  for (const [error, line] of LINES) assertEquals(failureLine(error), line);
});

/** Failures of TLS, and a part of what to do about them. */
const TLS_PROBLEMS: readonly [string, string, string][] = [
  [
    "received corrupt message of type InvalidContentType",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "try http:// in --server",
  ],
  [
    'invalid peer certificate: certificate not valid for name "x"',
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "give that in --tls-server-name",
  ],
  [
    "invalid peer certificate: certificate expired: verification time 9",
    "CERT_HAS_EXPIRED",
    "has expired or is not valid yet",
  ],
  [
    "invalid peer certificate: UnknownIssuer",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "in --certificate-authority",
  ],
  ["tcp connect error", "ECONNREFUSED", "that the server runs"],
];

Deno.test("failureLine() says what to do about a certificate, on every runtime", () => {
  for (const [words, code, advice] of TLS_PROBLEMS) {
    assertStringIncludes(failureLine(lost(words)), advice);
    assertStringIncludes(failureLine(coded(code)), advice);
  }
});

Deno.test("failureLine() does not take our own words for those of a runtime", () => {
  const error = new ConnectionError("Cannot reach https://certificate expired");
  assertStringIncludes(failureLine(error), "that the server runs");
});

Deno.test("isPermanentRefusal() knows what retrying cannot fix", () => {
  for (const code of [301, 307, 400, 401, 403, 404, 405, 422]) {
    assertEquals(
      isPermanentRefusal(new StatusError({ code })),
      true,
      `${code}`,
    );
    assertEquals(
      isTemporaryAnswer(new StatusError({ code })),
      false,
      `${code}`,
    );
  }
  for (const code of [409, 410, 429, 500, 503, 504]) {
    assertEquals(
      isPermanentRefusal(new StatusError({ code })),
      false,
      `${code}`,
    );
    assertEquals(isTemporaryAnswer(new StatusError({ code })), true, `${code}`);
  }
  assertEquals(isPermanentRefusal(new Error("a", { cause: forbidden })), true);
  assertEquals(isTemporaryAnswer(refused), false);
  assertEquals(isTemporaryAnswer(new TypeError("our own mistake")), false);
});

Deno.test("causeText() leaves out what says nothing to a person", () => {
  assertEquals(
    causeText(refused),
    "Cannot reach http://127.0.0.1:1/api: Connection refused (os error 111)",
  );
  assertEquals(
    causeText(new TypeError("error reading a body from connection")),
    "connection lost (error reading a body from connection)",
  );
  assertEquals(
    causeText(answer(410, "Expired", "too old resource version: 1 (9)")),
    "the version has expired (too old resource version: 1 (9))",
  );
  assertEquals(causeText(answer(503, "", "try\nlater")), "try later");
});

Deno.test("inWords() says when", () => {
  assertEquals(inWords(0), "at once");
  assertEquals(inWords(1_449), "in 1.4 s");
});

Deno.test("stackTraces() shows where an error and its causes came from", () => {
  const cause: Error & { cause?: unknown } = new TypeError("within");
  const error = new Error("without", { cause });
  cause.cause = error;
  const lines = stackTraces(error);
  assertStringIncludes(lines[0] ?? "", "Error: without");
  assertEquals(lines.filter((line) => line.startsWith("Error:")).length, 1);
  assertEquals(lines.filter((line) => line.startsWith("TypeError:")).length, 1);
  assertEquals(stackTraces("no error"), []);
});
