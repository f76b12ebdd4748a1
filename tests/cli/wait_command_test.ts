/**
 * `wait` against an API server over HTTP: the lines, where they go, the exit
 * status.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { KubernetesObject } from "../../mod.ts";
import { FakeIo } from "../support/cli_io.ts";
import { CliStage } from "../support/cli_stage.ts";

/** A pod whose condition Ready has that status. */
function pod(name: string, status: string, labels = {}): KubernetesObject {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels },
    status: { conditions: [{ type: "Ready", status }] },
  };
  return object;
}

const POD = "/api/v1/namespaces/default/pods";
const PATCH_READY = {
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

Deno.test("wait prints what is met already, in the order of the list", async () => {
  await using stage = await CliStage.set({
    objects: [pod("b", "True"), pod("a", "True")],
  });
  assertEquals(await stage.start("wait pods --all --for=condition=ready"), {
    code: 0,
    stdout: ["pod/a condition met", "pod/b condition met"],
    stderr: [],
  });
  assertEquals(stage.server.watchStarts, 0);
});

Deno.test("wait prints each object when it is met", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", "False"), pod("b", "False")],
  });
  const io = new FakeIo();
  const waiting = stage.start("wait pod/a pod/b --for=condition=Ready", io);
  await stage.server.watchStarted(1);
  stage.server.patch(`${POD}/b`, PATCH_READY);
  await io.stdout.wrote("pod/b");
  stage.server.patch(`${POD}/a`, PATCH_READY);
  assertEquals(await waiting, {
    code: 0,
    stdout: ["pod/b condition met", "pod/a condition met"],
    stderr: ["0 of 2 met; pod/a: Ready=False; and 1 more"],
  });
});

Deno.test("wait awaits a selection over one watch", async () => {
  const labels = { app: "web" };
  await using stage = await CliStage.set({
    objects: ["a", "b", "c"].map((name) => pod(name, "False", labels)),
  });
  const waiting = stage.start("wait pods -l app=web --for=condition=Ready");
  await stage.server.watchStarted(1);
  stage.server.create(pod("late", "False", labels));
  for (const name of ["c", "a", "b"]) {
    stage.server.patch(`${POD}/${name}`, PATCH_READY);
  }
  const { code, stdout } = await waiting;
  assertEquals(code, 0);
  assertEquals(
    stdout,
    ["c", "a", "b"].map((name) => `pod/${name} condition met`),
  );
  assertEquals(stage.server.watchStarts, 1);
});

Deno.test("wait waits for a deletion, and not for a label to go", async () => {
  const labels = { app: "web" };
  await using stage = await CliStage.set({
    objects: [pod("a", "True", labels)],
  });
  const waiting = stage.start("wait pods -l app=web --for=delete");
  await stage.server.watchStarted(1);
  stage.server.patch(`${POD}/a`, { metadata: { labels: { app: null } } });
  await stage.server.watchStarted(2);
  stage.server.delete(`${POD}/a`);
  assertEquals(await waiting, {
    code: 0,
    stdout: ["pod/a condition met"],
    stderr: ["pod/a: there, not being deleted"],
  });
});

Deno.test("wait for a deletion is content where nothing is there", async () => {
  await using stage = await CliStage.set();
  assertEquals(await stage.start("wait pod/a --for=delete"), {
    code: 0,
    stdout: [],
    stderr: ['pods "a" not found: there is nothing to wait for'],
  });
  assertEquals(await stage.start("wait pods -l app=web --for=delete"), {
    code: 0,
    stdout: [],
    stderr: [],
  });
});

Deno.test("wait reports what is missing, and waits for the rest", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "True")] });
  assertEquals(
    await stage.start("wait deployment/web pod/a --for=condition=Ready"),
    {
      code: 1,
      stdout: ["pod/a condition met"],
      stderr: [
        'Error from server (NotFound): deployments.apps "web" not found',
      ],
    },
  );
  assertEquals(await stage.start("wait pods -l a=b --for=condition=Ready"), {
    code: 1,
    stdout: [],
    stderr: ["error: no matching resources found"],
  });
});

Deno.test("wait ends with one line for each object when time is up", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", "False"), pod("b", "True"), pod("c", "Unknown")],
  });
  const line = "wait pod a b c --for=condition=Ready --timeout=1s";
  const { code, stdout, stderr } = await stage.start(line);
  assertEquals([code, stdout], [1, ["pod/b condition met"]]);
  assertEquals(stderr.slice(-4), [
    "pod/a: Ready=False",
    "timed out waiting for the condition on pods/a",
    "pod/c: Ready=Unknown",
    "timed out waiting for the condition on pods/c",
  ]);
});

Deno.test("wait says so when the server has not answered in time", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "True")] });
  const match = ({ path }: { path: string }) => path.endsWith("/services");
  stage.server.failNext({ hang: "answer", match });
  const line = "wait pod,service a --for=condition=Ready --timeout=1s";
  assertEquals(await stage.start(line), {
    code: 1,
    stdout: ["pod/a condition met"],
    stderr: [
      "the server has not answered yet",
      "error: timed out waiting for the condition on services/a",
    ],
  });
});

Deno.test("wait looks once where the timeout is 0", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const args = "wait pod/a --for=condition=Ready --timeout=0";
  assertEquals(await stage.start(args), {
    code: 1,
    stdout: [],
    stderr: ["pod/a: Ready=False", "error: condition not met for pods/a"],
  });
  stage.server.patch(`${POD}/a`, PATCH_READY);
  assertEquals((await stage.start(args)).code, 0);
  const gone = "wait pod/a --for=delete --timeout=0";
  assertEquals((await stage.start(gone)).code, 1);
  assertEquals(stage.server.watchStarts, 0);
});

Deno.test("wait goes on after the version has expired", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", "False"), pod("b", "False")],
  });
  const io = new FakeIo();
  const waiting = stage.start("wait pods --all --for=delete", io);
  await stage.server.watchStarted(1);
  stage.server.sendError(410);
  await io.stderr.wrote("watch interrupted");
  stage.server.delete(`${POD}/a`);
  stage.server.delete(`${POD}/b`);
  stage.server.create(pod("b", "False"));
  const { code, stdout, stderr } = await waiting;
  // What is found in one list was there at one time: it has no order.
  assertEquals([code, stdout.toSorted()], [
    0,
    ["pod/a condition met", "pod/b condition met"],
  ]);
  assertStringIncludes(stderr.join("\n"), "the version has expired");
  assertStringIncludes(stderr.at(-1) ?? "", "through 1 restart of the watch");
});

Deno.test("wait survives what it can only learn from another list", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", "False"), pod("b", "False"), pod("c", "True")],
  });
  const io = new FakeIo();
  const waiting = stage.start("wait pods --all --for=delete", io);
  await stage.server.watchStarted(1);
  stage.server.delete(`${POD}/a`);
  await io.stdout.wrote("pod/a");
  stage.server.dropConnections();
  stage.server.delete(`${POD}/b`);
  stage.server.compact();
  await io.stdout.wrote("pod/b");
  stage.server.delete(`${POD}/c`);
  const { code, stdout, stderr } = await waiting;
  assertEquals(code, 0);
  assertEquals(
    stdout,
    ["a", "b", "c"].map((name) => `pod/${name} condition met`),
  );
  assertEquals(
    stderr.filter((line) => line.startsWith("watch interrupted")).map((line) =>
      line.replace(/\(.*\)/, "(…)")
    ),
    [
      "watch interrupted: connection lost (…); carrying on",
      "watch interrupted: the version has expired (…); carrying on",
    ],
  );
  assertStringIncludes(stderr.at(-1) ?? "", "through 2 restarts of the watch");
  await stage.server.watchesClosed();
});

Deno.test("wait goes on after a condition became true unseen", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const waiting = stage.start("wait pod/a --for=condition=Ready");
  await stage.server.watchStarted(1);
  stage.server.dropConnections();
  stage.server.patch(`${POD}/a`, PATCH_READY);
  stage.server.advance(10);
  stage.server.compact();
  const { code, stdout } = await waiting;
  assertEquals([code, stdout], [0, ["pod/a condition met"]]);
});

Deno.test("wait waits for a named object that was deleted to come back", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo();
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await stage.server.watchStarted(1);
  stage.server.dropConnections();
  stage.server.delete(`${POD}/a`);
  stage.server.compact();
  await io.stderr.wrote("deleted; waiting for it to come back");
  stage.server.create(pod("a", "True"));
  const { code, stdout } = await waiting;
  assertEquals([code, stdout], [0, ["pod/a condition met"]]);
});

/** Selections of all pods. */
const SELECTIONS = ["-l app=web", "--all"];

Deno.test("wait drops an object of a selection that is deleted", async () => {
  const labels = { app: "web" };
  for (const selection of SELECTIONS) {
    await using stage = await CliStage.set({
      objects: ["a", "b"].map((name) => pod(name, "False", labels)),
    });
    const io = new FakeIo();
    const waiting = stage.start(
      `wait pods ${selection} --for=condition=Ready`,
      io,
    );
    await stage.server.watchStarted(1);
    stage.server.delete(`${POD}/a`);
    await io.stderr.wrote("pod/a was deleted: not waiting for it any longer");
    stage.server.patch(`${POD}/b`, PATCH_READY);
    const { code, stdout } = await waiting;
    assertEquals([code, stdout], [0, ["pod/b condition met"]], selection);
  }
});

Deno.test("wait fails where all objects of a selection are deleted", async () => {
  const labels = { app: "web" };
  for (const selection of SELECTIONS) {
    await using stage = await CliStage.set({
      objects: ["a", "b"].map((name) => pod(name, "False", labels)),
    });
    const waiting = stage.start(`wait pods ${selection} --for=condition=Ready`);
    await stage.server.watchStarted(1);
    stage.server.delete(`${POD}/a`);
    stage.server.delete(`${POD}/b`);
    const { code, stdout, stderr } = await waiting;
    assertEquals([code, stdout], [1, []], selection);
    assertEquals(
      stderr.at(-1),
      "error: no resources left to wait for: all of them were deleted",
    );
  }
});

Deno.test("wait drops an object of a selection that was replaced unseen", async () => {
  const labels = { app: "web" };
  await using stage = await CliStage.set({
    objects: ["a", "b"].map((name) => pod(name, "False", labels)),
  });
  const io = new FakeIo();
  const waiting = stage.start("wait pods -l app=web --for=condition=Ready", io);
  await stage.server.watchStarted(1);
  stage.server.dropConnections();
  stage.server.delete(`${POD}/a`);
  stage.server.create(pod("a", "False", labels));
  stage.server.compact();
  await io.stderr.wrote("pod/a was deleted: not waiting for it any longer");
  stage.server.patch(`${POD}/b`, PATCH_READY);
  const { code, stdout } = await waiting;
  assertEquals([code, stdout], [0, ["pod/b condition met"]]);
});

Deno.test("wait follows what leaves a selection, through failures", async () => {
  const labels = { app: "web" };
  for (const failure of [{ networkError: true }, { status: 403 }]) {
    await using stage = await CliStage.set({
      objects: [pod("a", "True", labels)],
    });
    const io = new FakeIo();
    const waiting = stage.start("wait pods -l app=web --for=delete", io);
    await stage.server.watchStarted(1);
    stage.server.failNext(failure);
    stage.server.patch(`${POD}/a`, { metadata: { labels: null } });
    await io.stderr.wrote("watch interrupted: ");
    stage.server.delete(`${POD}/a`);
    const { code, stdout } = await waiting;
    assertEquals([code, stdout], [0, ["pod/a condition met"]]);
  }
});

Deno.test("wait asks a server again that fails at the start", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "True")] });
  for (const status of [500, 503, 429]) {
    stage.server.failNext({ status });
    const { code, stdout, stderr } = await stage.start(
      "wait pod/a --for=condition=Ready",
    );
    assertEquals([code, stdout], [0, ["pod/a condition met"]], `${status}`);
    assertStringIncludes(stderr[0] ?? "", "watch interrupted: ");
    assertStringIncludes(stderr.at(-1) ?? "", "through 1 restart");
  }
});

Deno.test("wait shows why it restarts, on a terminal", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo({ terminal: true, env: { NO_COLOR: "1" } });
  io.stderr.columns = 200;
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await stage.server.watchStarted(1);
  stage.server.sendError(410);
  await io.stderr.wrote("  1 restart: the version has expired");
  stage.server.patch(`${POD}/a`, PATCH_READY);
  assertEquals((await waiting).code, 0);
  assertStringIncludes(io.stderr.text, "through 1 restart of the watch");
});

Deno.test("wait goes on where it is refused what it had before", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo();
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await stage.server.watchStarted(1);
  stage.server.failNext({ status: 403 });
  stage.server.dropConnections();
  await io.stderr.wrote("forbidden");
  stage.server.patch(`${POD}/a`, PATCH_READY);
  const { code, stdout } = await waiting;
  assertEquals([code, stdout], [0, ["pod/a condition met"]]);
});

Deno.test("wait asks for short watches, and for lists that are new", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const waiting = stage.start("wait pod/a --for=condition=Ready");
  await stage.server.watchStarted(1);
  stage.server.patch(`${POD}/a`, PATCH_READY);
  await waiting;
  const [list, watch] = stage.server.requests.map(({ query }) => query);
  assertEquals(list, { fieldSelector: "metadata.name=a", limit: "500" });
  assertEquals(watch?.timeoutSeconds, "20");
});

/** A refusal, and the line that it ends with. */
const REFUSALS: readonly [number, string][] = [
  [400, "Error from server (BadRequest): "],
  [401, "error: You must be logged in to the server (Unauthorized): "],
  [403, "Error from server (Forbidden): "],
  [404, 'error: the server doesn\'t have a resource type "pods": '],
  [405, "Error from server (MethodNotAllowed): "],
  [422, "Error from server (Invalid): "],
];

Deno.test("wait ends at once at a permanent refusal", async () => {
  for (const [status, line] of REFUSALS) {
    await using stage = await CliStage.set({ objects: [pod("a", "False")] });
    stage.server.failNext({ status, count: Infinity });
    const { code, stderr } = await stage.start(
      "wait pod/a --for=condition=Ready",
    );
    assertEquals([code, stderr.length], [1, 1], `${status}`);
    assertStringIncludes(stderr[0] ?? "", line);
  }
});

Deno.test("wait ends at once at a permanent refusal of the watch", async () => {
  for (const [status, line] of REFUSALS) {
    await using stage = await CliStage.set({ objects: [pod("a", "False")] });
    const match = ({ query }: { query: Readonly<Record<string, string>> }) =>
      query.watch === "true";
    stage.server.failNext({ status, count: Infinity, match });
    const { code, stderr } = await stage.start(
      "wait pod/a pod/a --for=condition=Ready",
    );
    assertEquals(code, 1, `${status}`);
    assertStringIncludes(
      stderr.at(-1) ?? "",
      status === 405 ? "error: pods cannot be watched, only listed: " : line,
    );
  }
});

Deno.test("wait ends at once where the server cannot be reached at first", async () => {
  for (const timeout of ["60s", "0"]) {
    await using stage = await CliStage.set({ objects: [pod("a", "True")] });
    stage.server.failNext({ networkError: true, count: Infinity });
    const { code, stdout, stderr } = await stage.start(
      `wait pod/a --for=condition=Ready --timeout=${timeout}`,
    );
    assertEquals([code, stdout, stderr.length], [1, [], 1]);
    assertStringIncludes(stderr[0] ?? "", "error: Cannot reach http://");
    assertEquals(stage.server.requests.length, 1);
  }
});

Deno.test("wait shows the words of a server that is not an API server", async () => {
  await using stage = await CliStage.set();
  stage.server.failNext({ status: 200, body: "<html>Log in</html>" });
  const { code, stderr } = await stage.start("wait pod/a --for=delete");
  assertEquals([code, stderr.length], [1, 1]);
  assertStringIncludes(stderr[0] ?? "", "<html>Log in</html>");
  assertStringIncludes(stderr[0] ?? "", "check that --server is the address");
});

Deno.test("wait is interrupted with the signal's exit status", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const io = new FakeIo();
    const waiting = stage.start("wait pod/a --for=condition=Ready", io);
    await io.stderr.wrote("pod/a: Ready=False");
    io.interrupt(signal);
    assertEquals(await waiting, {
      code,
      stdout: [],
      stderr: ["pod/a: Ready=False", "interrupted: pod/a: Ready=False"],
    });
    assertEquals(io.listeners, 0);
  }
});

Deno.test("wait shows one line on a terminal, and takes it away", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo({ terminal: true, env: { NO_COLOR: "1" } });
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await io.stderr.wrote("pod/a: Ready=False");
  stage.server.patch(`${POD}/a`, PATCH_READY);
  await waiting;
  assertEquals(io.stdout.text, "pod/a condition met\n");
  assertStringIncludes(io.stderr.text, "0s/30s  pod/a: Ready=False");
  assertEquals(io.stderr.text.includes("\n"), false);
  assertEquals(io.stderr.text.endsWith("\r\x1b[2K"), true);
});

Deno.test("wait is silent when the output is not read any more", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo();
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await io.stderr.wrote("pod/a: Ready=False");
  io.stdout.fail(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
  const { code, stderr } = await waiting;
  assertEquals([code, stderr], [0, ["pod/a: Ready=False"]]);
});

Deno.test("wait fails when its last line cannot be written", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "True")] });
  for (
    const [code, error, line] of [
      ["ENOSPC", 1, "error: no space left on device"],
      ["EPIPE", 0, undefined],
    ] as const
  ) {
    const io = new FakeIo();
    io.stdout.write = () => {
      const error = new Error("no space left on device");
      io.stdout.fail(Object.assign(error, { code }));
      return Promise.resolve();
    };
    const ended = await stage.start("wait pod/a --for=condition=Ready", io);
    assertEquals([ended.code, ended.stderr.at(-1)], [error, line]);
  }
});

Deno.test("wait fails when the output cannot be written", async () => {
  await using stage = await CliStage.set({ objects: [pod("a", "False")] });
  const io = new FakeIo();
  const waiting = stage.start("wait pod/a --for=condition=Ready", io);
  await io.stderr.wrote("pod/a: Ready=False");
  io.stdout.fail(new Error("ENOSPC: no space left on device, write"));
  const { code, stderr } = await waiting;
  assertEquals(code, 1);
  assertEquals(stderr.at(-1), "error: ENOSPC: no space left on device, write");
});
