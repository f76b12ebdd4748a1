// Unsuccessful responses: the Status of the server or one built from the
// response, the delay it asks for, redirects, and that no error contains a
// credential.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  isUnauthorized,
  RestListerWatcher,
  type RestListerWatcherOptions,
  type Status,
  StatusError,
} from "../../mod.ts";
import {
  answering,
  BODY_KINDS,
  bytes,
  FakeBody,
  FakeFetch,
  Served,
} from "../support/http_fakes.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

/** The start of the token, which must not be shown either. */
const START = TOKEN.slice(0, 10);

function pods(options: Partial<RestListerWatcherOptions>): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    token: TOKEN,
    ...options,
  });
}

function podsAnswered(
  body: BodyInit | null,
  init: ResponseInit,
): RestListerWatcher {
  return pods({ fetch: answering(body, init).fetch });
}

/** The error of `list()`, which must be the same as that of `watch()`. */
async function refusal(
  body: BodyInit | null,
  init: ResponseInit,
): Promise<StatusError> {
  const refused = podsAnswered(body, init);
  const error = await assertRejects(() => refused.list({}), StatusError);
  const other = await assertRejects(() => refused.watch({}), StatusError);
  assertEquals(other.status, error.status);
  return error;
}

const FORBIDDEN: Status = {
  apiVersion: "v1",
  kind: "Status",
  metadata: {},
  status: "Failure",
  message: 'pods is forbidden: User "me" cannot list resource "pods"',
  reason: "Forbidden",
  details: { kind: "pods" },
  code: 403,
};

Deno.test("RestListerWatcher rejects with the server's Status when refused", async () => {
  const error = await refusal(JSON.stringify(FORBIDDEN), { status: 403 });
  assertEquals(error.status, FORBIDDEN);
  assertEquals(error.message, FORBIDDEN.message);
});

Deno.test("RestListerWatcher rejects with the server's Status when its code differs", async () => {
  const error = await refusal(JSON.stringify(FORBIDDEN), { status: 500 });
  assertEquals(error.code, 403);
});

Deno.test("RestListerWatcher uses the HTTP status code when the Status has no code", async () => {
  const error = await refusal('{"kind":"Status","reason":"Gone"}', {
    status: 410,
  });
  assertEquals(error.code, 410);
  assertEquals(error.reason, "Gone");
});

const REASONS: [code: number, reason: string | undefined][] = [
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [406, "NotAcceptable"],
  [409, "Conflict"],
  [410, "Gone"],
  [415, "UnsupportedMediaType"],
  [418, undefined],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [502, undefined],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
];

for (const [code, reason] of REASONS) {
  Deno.test(`RestListerWatcher builds a Status with reason ${reason} when the response is ${code} and HTML`, async () => {
    const error = await refusal("<html>\n  <b>no</b>\n</html>", {
      status: code,
      statusText: "What Now",
    });
    assertEquals(error.code, code);
    assertEquals(error.reason, reason);
    assertEquals("reason" in error.status, reason !== undefined);
    assertEquals(error.status.kind, "Status");
    assertEquals(error.status.apiVersion, "v1");
    assertEquals(error.status.status, "Failure");
    assertStringIncludes(error.message, `${code} What Now`);
    assertStringIncludes(error.message, "'<html> <b>no</b> </html>'");
    assertStringIncludes(error.message, "GET https://host/api/v1/pods");
  });
}

const NO_STATUS: [what: string, body: BodyInit | null, shown: string][] = [
  ["empty", "", "''"],
  ["absent", null, "''"],
  ["another object", '{"error":"x"}', '\'{"error":"x"}\''],
  ["of another kind", '{"kind":"Pod"}', '\'{"kind":"Pod"}\''],
  ["a list", "[]", "'[]'"],
  ["null", "null", "'null'"],
  ["a Status cut off", '{"kind":"Status","mes', '\'{"kind":"Status","mes\''],
  ["not UTF-8", new Uint8Array([0x61, 0xff]), "'a\ufffd'"],
];

for (const [what, body, shown] of NO_STATUS) {
  Deno.test(`RestListerWatcher builds a Status when the body is ${what}`, async () => {
    const error = await refusal(body, { status: 503 });
    assertEquals(error.code, 503);
    assertStringIncludes(error.message, shown);
  });
}

Deno.test("RestListerWatcher shows the first 200 characters of a failure when it is long", async () => {
  const error = await refusal("x".repeat(201), { status: 500 });
  assertStringIncludes(error.message, `'${"x".repeat(200)}…'`);
  const short = await refusal("x".repeat(200), { status: 500 });
  assertStringIncludes(short.message, `'${"x".repeat(200)}'`);
});

for (const kind of BODY_KINDS) {
  Deno.test(`RestListerWatcher stops reading the body of a failure after 64 KiB (${kind} reader)`, async () => {
    const chunk = "y".repeat(16 * 1024);
    const body = new FakeBody(kind, Array(1_000).fill(chunk));
    const error = await assertRejects(
      () => podsAnswered(body.stream, { status: 500 }).list({}),
      StatusError,
    );
    assertEquals(error.code, 500);
    assertEquals(body.pulls, 4);
    assertEquals(body.cancels.length, 1);
    assertFalse(body.stream.locked);
  });

  Deno.test(`RestListerWatcher shows what it has read when the body of a failure breaks (${kind} reader)`, async () => {
    const lost = new TypeError("connection reset");
    const body = new FakeBody(kind, ["no entry ", "for y"], { error: lost });
    const error = await assertRejects(
      () => podsAnswered(body.stream, { status: 403 }).watch({}),
      StatusError,
      "'no entry for y'",
    );
    assertEquals(error.code, 403);
    assertEquals(error.reason, "Forbidden");
    assertFalse(body.stream.locked);
  });
}

const RETRY_AFTER: [value: string, ms: number | undefined][] = [
  ["7", 7_000],
  ["0", 0],
  [" 12 ", 12_000],
  ["Wed, 21 Oct 2015 07:28:30 GMT", 30_000],
  ["Wed, 21 Oct 2015 08:28:00 GMT", 3_600_000],
  ["Wed, 21 Oct 2015 07:27:00 GMT", 0],
  ["Wednesday, 21-Oct-15 07:28:30 GMT", 30_000],
  ["Wed Oct 21 07:28:30 2015", 30_000],
  ["soon", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["+9", undefined],
  ["10, 20", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["2015-10-21T07:28:30Z", undefined],
  ["21 Oct 2015 07:28:30", undefined],
  ["", undefined],
];

for (const [value, ms] of RETRY_AFTER) {
  Deno.test(`RestListerWatcher gives a retryAfterMs of ${ms} when Retry-After is ${JSON.stringify(value)}`, async () => {
    using _time = new FakeTime("2015-10-21T07:28:00Z");
    const headers = { "retry-after": value };
    const built = await refusal("slow down", { status: 429, headers });
    assertEquals(built.retryAfterMs, ms);
    const status = { ...FORBIDDEN, code: 429, reason: "TooManyRequests" };
    const own = await refusal(JSON.stringify(status), { status: 429, headers });
    assertEquals(own.retryAfterMs, ms);
    assertEquals(own.status.details?.kind, "pods");
  });
}

Deno.test("RestListerWatcher rounds a Retry-After date up to whole seconds", async () => {
  using _time = new FakeTime("2015-10-21T07:28:00.300Z");
  const headers = { "retry-after": "Wed, 21 Oct 2015 07:28:01 GMT" };
  const error = await refusal("", { status: 503, headers });
  assertEquals(error.retryAfterMs, 1_000);
});

Deno.test("RestListerWatcher prefers Retry-After to the delay of the Status", async () => {
  const details = { retryAfterSeconds: 3 };
  const error = await refusal(JSON.stringify({ ...FORBIDDEN, details }), {
    status: 429,
    headers: { "retry-after": "9" },
  });
  assertEquals(error.retryAfterMs, 9_000);
});

// Redirects.

const REDIRECTS = [301, 302, 303, 307, 308];

for (const code of REDIRECTS) {
  for (const verb of ["list", "watch"] as const) {
    Deno.test(`RestListerWatcher.${verb}() does not follow a redirect when the response is ${code}`, async () => {
      await using target = new Served(() => Response.json({ items: [] }));
      const location = `${target.url}/sign-in?to=${TOKEN}#${TOKEN}`;
      await using server = new Served(() =>
        new Response("moved", { status: code, headers: { location } })
      );
      const refused = pods({ server: server.url });
      const error = await assertRejects(() => refused[verb]({}), StatusError);
      assertEquals(error.code, code);
      assertStringIncludes(error.message, `${target.url}/sign-in`);
      assertFalse(Deno.inspect(error).includes(START));
      assertEquals(target.requests.length, 0);
      assertEquals(server.requests.length, 1);
    });
  }
}

Deno.test("RestListerWatcher shows the absolute target when a redirect is relative", async () => {
  await using server = new Served(() =>
    new Response("", { status: 307, headers: { location: "../login?a=b" } })
  );
  const refused = pods({ server: server.url });
  await assertRejects(
    () => refused.list({}),
    StatusError,
    `redirected to ${server.url}/api/login,`,
  );
  assertEquals(server.requests.length, 1);
});

const TARGETS: [location: string | undefined, named: string][] = [
  ["https://sso.example/login?x=1", "https://sso.example/login,"],
  ["https://me:hunter2-secret@sso.example/", "https://sso.example/,"],
  [`https://sso.example/${TOKEN}/x`, "https://sso.example/[redacted]/x,"],
  ["/login?next=x", "/login,"],
  ["//me:hunter2-secret@sso.example/?a", "//sso.example/,"],
  ["https://me:hunter2-secret@:bad:/x?a", "https://:bad:/x,"],
  [undefined, "an unknown address"],
];

for (const [location, named] of TARGETS) {
  Deno.test(`RestListerWatcher shows ${named} when redirected to ${location}`, async () => {
    const body = new FakeBody("default", ["moved"], "hang");
    const refused = podsAnswered(body.stream, {
      status: 302,
      ...(location === undefined ? {} : { headers: { location } }),
    });
    const error = await assertRejects(() => refused.list({}), StatusError);
    assertEquals(error.code, 302);
    assertStringIncludes(error.message, `redirected to ${named}`);
    assertFalse(Deno.inspect(error).includes("hunter2"));
    assertFalse(Deno.inspect(error).includes(START));
    assertEquals([body.pulls, body.cancels.length], [0, 1]);
  });
}

Deno.test("RestListerWatcher rejects with StatusError when the runtime hides a redirect", async () => {
  const hidden = new Response(null);
  Object.defineProperties(hidden, {
    type: { value: "opaqueredirect" },
    status: { value: 0 },
    ok: { value: false },
  });
  const refused = pods({ fetch: new FakeFetch(() => hidden).fetch });
  const error = await assertRejects(() => refused.list({}), StatusError);
  assertEquals("code" in error.status, false);
  assertStringIncludes(error.message, "an unknown address");
});

// Credentials that the server echoes.

const JSON_ESCAPED = JSON.stringify('tok/en"with\\signs+').slice(1, -1);

const REPEATED: [
  where: string,
  token: string,
  answer: (authorization: string) => [BodyInit | null, ResponseInit],
][] = [
  ["a Status", TOKEN, (authorization) => [
    JSON.stringify({
      ...FORBIDDEN,
      message: `bad ${authorization}`,
      details: { name: TOKEN, causes: [{ message: TOKEN }], [TOKEN]: 1 },
    }),
    { status: 403 },
  ]],
  ["HTML", TOKEN, (authorization) => [
    `<p>bad ${authorization}</p>`,
    { status: 403 },
  ]],
  ["HTML, escaped", "tok/en-with&signs+", () => [
    "<p>tok&#x2F;en-with&#38;signs&#43;</p>",
    { status: 403 },
  ]],
  ["JSON that is not a Status, escaped", 'tok/en"with\\signs+', () => [
    `{"said":"${JSON_ESCAPED.replace("/", "\\/")}"}`,
    { status: 403 },
  ]],
  ["the reason phrase", TOKEN, () => [
    "no",
    { status: 403, statusText: `No ${TOKEN}` },
  ]],
  ["the end of a body that is cut", TOKEN, () => [
    `bad ${TOKEN.slice(0, 20)}`,
    { status: 403 },
  ]],
  ["the end of a Status' message that is cut", TOKEN, () => [
    JSON.stringify({ ...FORBIDDEN, message: `bad ${TOKEN.slice(0, 20)}...` }),
    { status: 403 },
  ]],
  ["a body across what is shown", TOKEN, () => [
    `${"x".repeat(190)}${TOKEN}`,
    { status: 500 },
  ]],
  ["a body across what is read", TOKEN, () => [
    `${" ".repeat(64 * 1024 - 20)}${TOKEN}`,
    { status: 500 },
  ]],
  ["a redirect", TOKEN, () => [
    null,
    { status: 302, headers: { location: `https://x/${TOKEN}?${TOKEN}` } },
  ]],
  ["a relative redirect", TOKEN, () => [
    null,
    { status: 302, headers: { location: `/${TOKEN}?${TOKEN}` } },
  ]],
];

for (const [where, token, answer] of REPEATED) {
  Deno.test(`RestListerWatcher does not show a credential that the server echoes in ${where}`, async () => {
    const { fetch } = new FakeFetch((init) => {
      const { authorization } = Object.fromEntries(new Headers(init.headers));
      assert(authorization);
      return new Response(...answer(authorization));
    });
    const refused = pods({ token, fetch });
    const error = await assertRejects(() => refused.list({}), StatusError);
    const shown = `${Deno.inspect(error, { depth: 9 })} ${error.stack} ${
      JSON.stringify(error.status)
    }`;
    assertFalse(shown.includes(token.slice(0, 8)), shown);
    assertFalse(shown.includes("signs"), shown);
    assertStringIncludes(shown, "[redacted]");
  });
}

Deno.test("RestListerWatcher does not show a credential of the given headers that the server echoes", async () => {
  const password = "hunter2-hunter2";
  const { fetch } = new FakeFetch((init) => {
    const sent = JSON.stringify(Object.fromEntries(new Headers(init.headers)));
    return new Response(`${sent} ${password}`, { status: 400 });
  });
  const refused = pods({
    token: undefined,
    headers: {
      authorization: `Basic ${btoa(`me:${password}`)}`,
      "x-api-key": "key-0123456789",
      cookie: "sid=sid-0123456789",
      "x-harmless": "harmless",
    },
    fetch,
  });
  const error = await assertRejects(() => refused.list({}), StatusError);
  const shown = Deno.inspect(error);
  for (const secret of [password, btoa(`me:${password}`), "0123456789"]) {
    assertFalse(shown.includes(secret), shown);
  }
  assertStringIncludes(shown, "harmless");
});

Deno.test("RestListerWatcher does not redact the value of a short cookie in a Status", async () => {
  const { fetch } = answering(JSON.stringify(FORBIDDEN), { status: 403 });
  const refused = pods({ headers: { cookie: "a=on; b=i" }, fetch });
  const error = await assertRejects(() => refused.list({}), StatusError);
  assertEquals(error.status, FORBIDDEN);
});

Deno.test("RestListerWatcher rejects with an error that isUnauthorized() accepts when a 401 is HTML", async () => {
  const error = await refusal(bytes("<html>sign in</html>"), { status: 401 });
  assertInstanceOf(error, StatusError);
  assert(isUnauthorized(error));
});
