// `Redactor`: which headers hold a credential, the spellings in which it is
// found, and what may be shown of it.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import { Redactor } from "../../internal/redactor.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

function redactorOf(headers: HeadersInit): Redactor {
  return new Redactor(new Headers(headers));
}

function bearing(token: string): Redactor {
  return redactorOf({ authorization: `Bearer ${token}` });
}

const HEADERS: [name: string, value: string, secret: string][] = [
  ["authorization", `Bearer ${TOKEN}`, TOKEN],
  ["authorization", TOKEN, TOKEN],
  ["Proxy-Authorization", `Negotiate ${TOKEN}`, TOKEN],
  ["authorization", "Bearer abc", "abc"],
  ["authorization", `Basic ${btoa("admin:hunter2")}`, "hunter2"],
  ["authorization", `basic ${btoa("admin:hun:ter2")}`, "hun:ter2"],
  ["authorization", `Basic ${btoa("admin:hunter2")}`, btoa("admin:hunter2")],
  ["authorization", "Basic !not-base64!", "!not-base64!"],
  ["x-api-key", "k-123456", "k-123456"],
  ["X-Vault-Token", "hvs.123456", "hvs.123456"],
  ["cf-access-jwt-assertion", TOKEN, TOKEN],
  ["x-client-secret", "two words", "two words"],
  ["cookie", "theme=dark; sid=0123456789", "0123456789"],
  ["cookie", "sid=a=b-0123456789", "a=b-0123456789"],
];

for (const [name, value, secret] of HEADERS) {
  Deno.test(`Redactor.redact() redacts ${JSON.stringify(secret)} when ${name} is ${JSON.stringify(value)}`, () => {
    assertEquals(
      redactorOf({ [name]: value }).redact(`1 ${secret} 2 ${secret} 3`),
      "1 [redacted] 2 [redacted] 3",
    );
  });
}

Deno.test("Redactor.redact() redacts a password that is not ASCII", () => {
  const utf8 = String.fromCharCode(...new TextEncoder().encode("a:pässwörd"));
  const redactor = redactorOf({ authorization: `Basic ${btoa(utf8)}` });
  assertEquals(redactor.redact("no pässwörd"), "no [redacted]");
  assertEquals(redactor.redact("no p%C3%A4ssw%c3%b6rd"), "no [redacted]");
});

Deno.test("Redactor.redact() redacts all credentials when there are several", () => {
  const redactor = redactorOf({
    authorization: "Bearer token-one",
    "x-api-key": "token-one-and-more",
  });
  assertEquals(
    redactor.redact("token-one-and-more, token-one"),
    "[redacted], [redacted]",
  );
});

const NO_SECRETS: [what: string, headers: HeadersInit][] = [
  ["there are no headers", {}],
  ["a header is not a credential", {
    accept: "application/json",
    "user-agent": "kube",
  }],
  ["a credential is empty", { authorization: "", cookie: "sid=" }],
  ["a setting is short", { cookie: "a=on; b=1", "x-session-mode": "true" }],
];

for (const [what, headers] of NO_SECRETS) {
  Deno.test(`Redactor.redact() changes nothing when ${what}`, () => {
    const text = "application/json: kube is on for 1 Conflict: true, Bearer";
    assertEquals(redactorOf(headers).redact(text), text);
  });
}

Deno.test("Redactor.redact() changes nothing when the text has no credential", () => {
  for (const text of ["", "a", "Bearer", "eyJhbGc", "Unauthorized"]) {
    assertEquals(bearing(TOKEN).redact(text), text);
  }
});

const AWKWARD = 'a/b+c=d~"e\\f%g&h<i';

const SPELLINGS: [how: string, spelled: string][] = [
  ["as it is", AWKWARD],
  ["as JSON", JSON.stringify(AWKWARD).slice(1, -1)],
  [
    "as JSON with escaped slashes",
    JSON.stringify(AWKWARD).slice(1, -1).replaceAll("/", "\\/"),
  ],
  [
    "as JSON with escaped signs",
    JSON.stringify(AWKWARD).slice(1, -1).replaceAll("+", "\\u002B").replaceAll(
      "<",
      "\\u003c",
    ),
  ],
  ["for a URL", encodeURIComponent(AWKWARD)],
  [
    "for a URL in lower case",
    encodeURIComponent(AWKWARD).replaceAll(
      /%../g,
      (code) => code.toLowerCase(),
    ),
  ],
  [
    "for a URL by a strict encoder",
    encodeURIComponent(AWKWARD).replaceAll("~", "%7E"),
  ],
  [
    "for HTML by numbers",
    AWKWARD.replaceAll(/\W/g, (c) => `&#${c.charCodeAt(0)};`),
  ],
  [
    "for HTML by hexadecimal numbers",
    AWKWARD.replaceAll(
      /\W/g,
      (c) => `&#x${c.charCodeAt(0).toString(16).toUpperCase()};`,
    ),
  ],
];

for (const [how, spelled] of SPELLINGS) {
  Deno.test(`Redactor.redact() redacts a credential when it is written ${how}`, () => {
    assertEquals(
      bearing(AWKWARD).redact(`<p>${spelled}</p>`),
      "<p>[redacted]</p>",
    );
  });
}

Deno.test("Redactor.redact() redacts the beginning of a credential that was cut anywhere", () => {
  const redactor = bearing(TOKEN);
  for (let length = 8; length <= TOKEN.length; length++) {
    const start = TOKEN.slice(0, length);
    assertEquals(redactor.redact(`not ${start}`), "not [redacted]");
    assertEquals(redactor.redact(`"${start}…"`), '"[redacted]…"');
  }
});

Deno.test("Redactor.redact() leaves nothing of a random credential in a random text", () => {
  const token = fc.string({
    unit: "grapheme-ascii",
    minLength: 1,
    maxLength: 40,
  })
    .map((text) => text.trim()).filter((text) => /^[\x21-\x7e]+$/.test(text));
  fc.assert(
    fc.property(token, fc.array(fc.string()), fc.nat(), (token, texts, cut) => {
      const redactor = bearing(token);
      const text = texts.join(token) + token.slice(0, cut % token.length);
      const shown = redactor.redact(text).replaceAll("[redacted]", "\n");
      assertFalse(shown.includes(token), shown);
      assert(shown.length < 8 || !shown.endsWith(token.slice(0, 8)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("Redactor.redactAll() redacts strings and keys at any depth", () => {
  const value = {
    message: `no ${TOKEN}`,
    code: 403,
    none: null,
    yes: true,
    [TOKEN]: [{ field: TOKEN }, 1, TOKEN],
  };
  const before = structuredClone(value);
  assertEquals(bearing(TOKEN).redactAll(value), {
    message: "no [redacted]",
    code: 403,
    none: null,
    yes: true,
    "[redacted]": [{ field: "[redacted]" }, 1, "[redacted]"],
  });
  assertEquals(value, before);
});

Deno.test("Redactor.redactError() returns the error itself when it contains no credential", () => {
  const cyclic = new Error("cyclic");
  cyclic.cause = cyclic;
  const errors = [
    new TypeError("failed", { cause: new Error("refused") }),
    cyclic,
    "a text",
    undefined,
    null,
    { data: 7 },
  ];
  for (const error of errors) {
    assertStrictEquals(bearing(TOKEN).redactError(error), error);
  }
});

const TELLING: [where: string, error: unknown][] = [
  ["message", new Error(`no ${TOKEN}`)],
  ["data", Object.assign(new Error("no"), { data: `GET ${TOKEN}` })],
  ["cause", new Error("no", { cause: new Error(`bad ${TOKEN}`) })],
  [
    "cause's data",
    new Error("no", {
      cause: Object.assign(new Error("bad"), { data: TOKEN }),
    }),
  ],
  ["text", `no ${TOKEN}`],
];

for (const [where, error] of TELLING) {
  Deno.test(`Redactor.redactError() returns a redacted error when its ${where} contains a credential`, () => {
    const shown = bearing(TOKEN).redactError(error);
    assertInstanceOf(shown, Error);
    assert(shown.message.startsWith("no"), shown.message);
    assertFalse(Deno.inspect(shown).includes(TOKEN));
  });
}
