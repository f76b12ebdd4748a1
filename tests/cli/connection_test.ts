/**
 * Connections to the server that a command line selects.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { StatusError } from "../../mod.ts";
import { connect } from "../../cli/_connection.ts";
import { UnknownResourceError } from "../../cli/resources/unknown_resource_error.ts";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import { UnknownKindError } from "../../cluster/unknown_kind_error.ts";
// Keeps the tests independent of the user's kubeconfig.
import "../support/cli_io.ts";
import { resourceNamed } from "../support/cli_resources.ts";

const target = { resource: resourceNamed("pods"), namespace: "default" };

/** A temporary file. */
async function temporaryFile(
  text: string,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("connect() reads a token file for every request", async () => {
  await using file = await temporaryFile("one\n");
  await using server = new FakeApiServer();
  await using listener = await server.listen();
  await using connection = await connect({
    type: "cluster",
    options: { server: listener.url, tokenFile: file.path },
  });
  await connection.source(target).list({});
  await Deno.writeTextFile(file.path, "two");
  await connection.source(target).list({});
  assertEquals(
    server.requests.map(({ headers }) => headers.get("authorization")),
    ["Bearer one", "Bearer two"],
  );
});

Deno.test("connect() does not send a fixed token again after a 401", async () => {
  await using server = new FakeApiServer();
  await using listener = await server.listen();
  server.failNext({ status: 401, count: Infinity });
  await using connection = await connect({
    type: "cluster",
    options: { server: listener.url, token: "one" },
  });
  await assertRejects(() => connection.source(target).list({}), StatusError);
  assertEquals(server.requests.length, 1);
});

Deno.test("connect() throws if a token file is unusable", async () => {
  await using empty = await temporaryFile(" \n");
  const paths: [string, string][] = [
    [`${empty.path}.missing`, "there is no such file"],
    [empty.path, "it is empty"],
  ];
  for (const [path, message] of paths) {
    await assertRejects(
      () =>
        connect({
          type: "cluster",
          options: { server: "http://127.0.0.1", tokenFile: path },
        }),
      Error,
      message,
    );
  }
});

Deno.test("connect() throws on malformed addresses and tokens without repeating them", async () => {
  const password = "hunter2";
  const choices: [string, string][] = [
    ["https:host:x", "t"],
    [`https://me:${password}@host`, "t"],
    ["https://host", `to\nken-${password}`],
  ];
  for (const [server, token] of choices) {
    const { message } = await assertRejects(
      () => connect({ type: "cluster", options: { server, token } }),
      Error,
      "Cannot use the given",
    );
    assertEquals(message.includes(password), false, message);
  }
});

Deno.test("connect() starts and stops the embedded server", async () => {
  const connection = await connect({ type: "embedded" });
  const source = connection.source(target);
  const { items } = await source.list({});
  assertEquals(items.length, 3);
  assertEquals(connection.notice?.includes("a rollout"), true);
  await assertRejects(
    () => connection.resources.find("deploymnt"),
    UnknownResourceError,
    "did you mean deployment?",
  );
  await assertRejects(
    () => connection.resources.ofKind("example.com/v1", "Gadget"),
    UnknownKindError,
    "The embedded server has no kind",
  );
  await connection[Symbol.asyncDispose]();
  await assertRejects(() => source.list({}));
});

Deno.test("connect() reports the proxy without its password", async () => {
  for (
    const [proxyUrl, proxy] of [
      [undefined, undefined],
      ["http://me:hunter2@proxy:3128/", "http://proxy:3128"],
      ["socks5://me:hunter2@proxy:1080", "socks5://proxy:1080"],
    ] as const
  ) {
    await using connection = await connect({
      type: "cluster",
      options: { server: "https://127.0.0.1:1", proxyUrl },
    });
    assertEquals(connection.place.proxy, proxy);
  }
});
