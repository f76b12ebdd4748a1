// What callers other than RestListerWatcher use; credentials, failures and
// timeouts are tested through RestListerWatcher.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RestClient } from "../../rest/_rest_client.ts";
import { parseBody } from "../../rest/_response_body.ts";
import { ConnectionError } from "../../api/connection_error.ts";

import { answering, FakeBody } from "../support/http_fakes.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

Deno.test("RestClient.read() returns the body when given a path, a query and a media type", async () => {
  const fake = answering("abc");
  const client = new RestClient({
    server: "https://host/prefix/",
    token: TOKEN,
    fetch: fake.fetch,
  });
  const body = await client.read({
    path: "/version",
    query: { a: "1", b: undefined, c: "", d: true },
    accept: "text/plain",
  });
  assertEquals(new TextDecoder().decode(body.bytes.part(0, 9)), "abc");
  assertEquals(fake.calls[0]?.url, "https://host/prefix/version?a=1&d=true");
  assertEquals(fake.headers(1).get("accept"), "text/plain");
  assertEquals(body.request, "GET https://host/prefix/version");
  assertEquals(body.redactor.redact(`x ${TOKEN}`), "x [redacted]");
});

Deno.test("RestClient.watch() decodes the events", async () => {
  const fake = answering('{"type":"ADDED","object":{"kind":"Pod"}}\n');
  const client = new RestClient({ server: "http://host", fetch: fake.fetch });
  const events = await client.watch({
    path: "/api/v1/pods",
    query: { watch: true },
    accept: "application/json",
  });
  assertEquals(await Array.fromAsync(events), [
    { type: "ADDED", object: { kind: "Pod" } },
  ]);
  assertEquals(fake.calls[0]?.url, "http://host/api/v1/pods?watch=true");
});

Deno.test("RestClient.read() names the method when the response breaks off", async () => {
  const body = new FakeBody("default", ['{"kind":'], {
    error: new TypeError("connection reset"),
  });
  const client = new RestClient({
    server: "http://host",
    fetch: answering(body.stream).fetch,
  });
  await assertRejects(
    () =>
      client.read({
        path: "/api/v1/configmaps",
        method: "POST",
        body: {},
        accept: "application/json",
      }),
    ConnectionError,
    "reading the response to POST http://host/api/v1/configmaps: connection reset",
  );
});

Deno.test("RestClient keeps its server when the given URL object is modified", () => {
  const server = new URL("https://host");
  const client = new RestClient({ server });
  server.hostname = "other";
  assertEquals(client.url("/version"), "https://host/version");
});

Deno.test("RestClient throws TypeError and sends nothing when the path is malformed", async () => {
  const fake = answering("");
  const client = new RestClient({ server: "https://host", fetch: fake.fetch });
  assertThrows(() => client.url("version"), TypeError, '"version"');
  await assertRejects(
    () => client.read({ path: "/version?a", accept: "*/*" }),
    TypeError,
  );
  assertEquals(fake.calls.length, 0);
});

const isString = (value: unknown): value is string => typeof value === "string";

async function bodyOf(text: string) {
  const client = new RestClient({
    server: "https://host",
    token: TOKEN,
    fetch: answering(text).fetch,
  });
  return await client.read({ path: "/x", accept: "application/json" });
}

Deno.test("parseBody() returns the value when it is as expected", async () => {
  assertEquals(parseBody(await bodyOf('"a"'), isString, "string"), "a");
});

Deno.test("parseBody() shows an unexpected body without credentials", async () => {
  const other = await bodyOf(`["${TOKEN}"]`);
  assertThrows(
    () => parseBody(other, isString, "string"),
    TypeError,
    `Cannot read the response to GET https://host/x: it is not a string: '["[redacted]"]'`,
  );
  const html = await bodyOf(`<p>${TOKEN}`);
  assertThrows(
    () => parseBody(html, isString, "string"),
    SyntaxError,
    "this is not a Kubernetes API server: '<p>[redacted]'",
  );
});
