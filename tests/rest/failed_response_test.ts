// Answers that are no success: the server's own Status or one made of what
// there is, the delay it asks for, redirects, and no credential in any of it.

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

/** What must not be shown: the token, nor the start of it. */
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

/** What `list()` and `watch()`, which must agree, reject with. */
async function refusal(
  body: BodyInit | null,
  init: ResponseInit,
): Promise<StatusError> {
  const asked = podsAnswered(body, init);
  const error = await assertRejects(() => asked.list({}), StatusError);
  const other = await assertRejects(() => asked.watch({}), StatusError);
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

Deno.test("RestListerWatcher takes the code from HTTP when the Status has none", async () => {
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
  Deno.test(`RestListerWatcher makes a Status of reason ${reason} when the answer is ${code} and HTML`, async () => {
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
  ["no UTF-8", new Uint8Array([0x61, 0xff]), "'a\ufffd'"],
];

for (const [what, body, shown] of NO_STATUS) {
  Deno.test(`RestListerWatcher makes a Status when the body is ${what}`, async () => {
    const error = await refusal(body, { status: 503 });
    assertEquals(error.code, 503);
    assertStringIncludes(error.message, shown);
  });
}

Deno.test("RestListerWatcher shows the first 200 characters when a failure is long", async () => {
  const error = await refusal("x".repeat(201), { status: 500 });
  assertStringIncludes(error.message, `'${"x".repeat(200)}…'`);
  const short = await refusal("x".repeat(200), { status: 500 });
  assertStringIncludes(short.message, `'${"x".repeat(200)}'`);
});

for (const kind of BODY_KINDS) {
  Deno.test(`RestListerWatcher reads no more than it needs when a failure has no end (${kind} reader)`, async () => {
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

  Deno.test(`RestListerWatcher tells what has come when the body of a failure breaks (${kind} reader)`, async () => {
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
  ["soon", undefined],
  ["", undefined],
];

for (const [value, ms] of RETRY_AFTER) {
  Deno.test(`RestListerWatcher keeps a delay of ${ms} ms when Retry-After is ${JSON.stringify(value)}`, async () => {
    using _time = new FakeTime("2015-10-21T07:28:00Z");
    const headers = { "retry-after": value };
    const made = await refusal("slow down", { status: 429, headers });
    assertEquals(made.retryAfterMs, ms);
    const status = { ...FORBIDDEN, code: 429, reason: "TooManyRequests" };
    const own = await refusal(JSON.stringify(status), { status: 429, headers });
    assertEquals(own.retryAfterMs, ms);
    assertEquals(own.status.details?.kind, "pods");
  });
}

Deno.test("RestListerWatcher rounds a date up when less than a second is left", async () => {
  using _time = new FakeTime("2015-10-21T07:28:00.300Z");
  const headers = { "retry-after": "Wed, 21 Oct 2015 07:28:01 GMT" };
  const error = await refusal("", { status: 503, headers });
  assertEquals(error.retryAfterMs, 1_000);
});

Deno.test("RestListerWatcher keeps the delay of the Status when Retry-After says another", async () => {
  const details = { retryAfterSeconds: 3 };
  const error = await refusal(JSON.stringify({ ...FORBIDDEN, details }), {
    status: 429,
    headers: { "retry-after": "9" },
  });
  assertEquals(error.retryAfterMs, 3_000);
});

// Redirects.

const REDIRECTS = [301, 302, 303, 307, 308];

for (const code of REDIRECTS) {
  for (const verb of ["list", "watch"] as const) {
    Deno.test(`RestListerWatcher.${verb}() refuses a redirect and sends nothing there when answered ${code}`, async () => {
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

Deno.test("RestListerWatcher names the whole target when a redirect is a relative one", async () => {
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
  [undefined, "an address that is not shown"],
];

for (const [location, named] of TARGETS) {
  Deno.test(`RestListerWatcher names ${named} when redirected to ${location}`, async () => {
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

Deno.test("RestListerWatcher refuses a redirect when the runtime hides it", async () => {
  const hidden = new Response(null);
  Object.defineProperties(hidden, {
    type: { value: "opaqueredirect" },
    status: { value: 0 },
    ok: { value: false },
  });
  const refused = pods({ fetch: new FakeFetch(() => hidden).fetch });
  const error = await assertRejects(() => refused.list({}), StatusError);
  assertEquals("code" in error.status, false);
  assertStringIncludes(error.message, "an address that is not shown");
});

// Credentials that a server repeats.

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
  ["JSON that is no Status, escaped", 'tok/en"with\\signs+', () => [
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
  Deno.test(`RestListerWatcher shows no credential when the server repeats it in ${where}`, async () => {
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

Deno.test("RestListerWatcher shows no credential of the given headers when the server repeats it", async () => {
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

Deno.test("RestListerWatcher leaves a Status as it is when a header that is no credential is in it", async () => {
  const { fetch } = answering(JSON.stringify(FORBIDDEN), { status: 403 });
  const refused = pods({ headers: { cookie: "a=on; b=i" }, fetch });
  const error = await assertRejects(() => refused.list({}), StatusError);
  assertEquals(error.status, FORBIDDEN);
});

Deno.test("RestListerWatcher gives a Status that predicates know when a 401 is HTML", async () => {
  const error = await refusal(bytes("<html>sign in</html>"), { status: 401 });
  assertInstanceOf(error, StatusError);
  assert(isUnauthorized(error));
});
