/**
 * `watch` against an API server over HTTP: its output, and the version to
 * resume from.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli.ts";
import type { KubernetesObject } from "../../mod.ts";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import { FakeIo } from "../support/cli_io.ts";
import { POD_COLUMNS, TableServer } from "../support/table_server.ts";

function pod(name: string, namespace = "default"): KubernetesObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace } };
}

/** A pod with a status that a table shows. */
function running(name: string) {
  const metadata = { name, namespace: "default", labels: { app: "web" } };
  const status = { phase: "Running" };
  return { apiVersion: "v1", kind: "Pod", metadata, status };
}

/** A listening server with pods. */
async function serve(...names: string[]) {
  const server = new FakeApiServer({ objects: names.map((name) => pod(name)) });
  const { url } = await server.listen();
  return {
    server,
    url,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The version to resume from that a run has printed. */
function resumeVersion(io: FakeIo): string {
  const last = io.stderr.lines.at(-1) ?? "";
  const [, version = ""] =
    /^resume with --resource-version (\d+)$/.exec(last) ??
      [];
  return version;
}

const POD = "/api/v1/namespaces/default/pods";

Deno.test("watch prints the existing objects and then changes", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  const io = new FakeIo();
  const watching = main(["watch", "pods", "-o", "name", "-s", url], io);
  await server.watchStarted(1);
  server.create(pod("b"));
  server.delete(`${POD}/a`);
  await io.stdout.wrote("pod/a\npod/b\npod/a\n");
  io.interrupt("SIGINT");
  assertEquals(await watching, 130);
  assertEquals(resumeVersion(io), server.resourceVersion);
});

Deno.test("watch resumes where it ended, through a broken connection", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  const first = new FakeIo();
  const watching = main(["watch", "pods", "-o", "name", "-s", url], first);
  await server.watchStarted(1);
  server.create(pod("b"));
  await first.stdout.wrote("pod/b\n");
  first.interrupt("SIGTERM");
  assertEquals(await watching, 143);
  server.create(pod("c"));

  const second = new FakeIo();
  const version = resumeVersion(first);
  const resumed = main(
    ["watch", "pods", "-oname", "-s", url, "--resource-version", version],
    second,
  );
  await second.stdout.wrote("pod/c\n");
  server.dropConnections();
  server.create(pod("d"));
  await second.stdout.wrote("pod/d\n");
  second.interrupt("SIGINT");
  assertEquals(await resumed, 130);
  assertEquals(second.stdout.lines, ["pod/c", "pod/d"]);
  assertStringIncludes(
    second.stderr.text,
    "watch interrupted: connection lost",
  );
  assertEquals(
    server.requests.filter(({ query }) => query.watch !== "true").length,
    1,
  );
});

Deno.test("watch prints a table of all namespaces", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  server.create(pod("b", "shop"));
  const io = new FakeIo();
  const watching = main(["watch", "po", "-A", "-s", url], io);
  await io.stdout.wrote("shop");
  io.interrupt("SIGINT");
  await watching;
  assertEquals(
    io.stdout.lines.map((line) => line.split(/ +/).slice(0, 2).join(" ")),
    ["NAMESPACE NAME", "default a", "shop b"],
  );
});

Deno.test("watch prints JSON lines that can be parsed", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  const io = new FakeIo();
  const watching = main(
    ["watch", "pod/a", "-o", "json", "--output-watch-events", "-s", url],
    io,
  );
  await server.watchStarted(1);
  server.create(pod("other"));
  server.delete(`${POD}/a`);
  await io.stdout.wrote("DELETED");
  io.interrupt("SIGINT");
  await watching;
  const events = io.stdout.lines.map((line) => JSON.parse(line));
  assertEquals(
    events.map(({ type, object }) => [type, object.metadata.name, object.kind]),
    [["ADDED", "a", "Pod"], ["DELETED", "a", "Pod"]],
  );
});

Deno.test("watch reports that there are no objects", async () => {
  await using stage = await serve();
  const io = new FakeIo();
  const watching = main(["watch", "pods", "-s", stage.url], io);
  await io.stderr.wrote("no pods are there; watching for those to come\n");
  io.interrupt("SIGINT");
  assertEquals(await watching, 130);
  assertEquals(io.stdout.text, "");
});

Deno.test("watch says what to do when the version has expired", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  server.advance(10);
  server.compact();
  const io = new FakeIo();
  const args = ["watch", "pods", "-s", url, "--resource-version", "2"];
  const json = ["-o", "json", "--output-watch-events"];
  assertEquals(await main([...args, ...json], io), 1);
  assertEquals(io.stderr.lines, [
    "Error from server (Expired): too old resource version: 2 (12): leave out --resource-version to begin with what is there now",
  ]);
  assertEquals(JSON.parse(io.stdout.text).object.code, 410);

  const running = new FakeIo();
  const watching = main(["watch", "pods", "-s", url], running);
  await server.watchStarted(2);
  server.sendError(410);
  assertEquals(await watching, 1);
  assertStringIncludes(running.stderr.text, "run it again to begin with what");
});

Deno.test("watch ends on a permanent error and prints where to resume", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  const io = new FakeIo();
  const watching = main(["watch", "pods", "-s", url], io);
  await server.watchStarted(1);
  server.failNext({ status: 405, count: Infinity });
  server.dropConnections();
  assertEquals(await watching, 1);
  const [resume, error] = io.stderr.lines.slice(-2);
  assertEquals(resume, "resume with --resource-version 2");
  assertStringIncludes(error ?? "", "error: pods cannot be watched");
});

Deno.test("watch prints what there is of a resource that cannot be watched", async () => {
  const isWatch = ({ query }: { query: Readonly<Record<string, string>> }) =>
    query.watch === "true";
  for (const flags of [[], ["--cached"], ["-o", "name"]]) {
    await using stage = await serve("a");
    const { server, url } = stage;
    server.failNext({ status: 405, count: Infinity, match: isWatch });
    const io = new FakeIo();
    assertEquals(await main(["watch", "pods", ...flags, "-s", url], io), 1);
    assertStringIncludes(io.stdout.text, "a");
    assertStringIncludes(
      io.stderr.lines.at(-1) ?? "",
      "error: pods cannot be watched, only listed: ",
    );
  }
});

Deno.test("watch prints a list without a version, and says that it cannot be watched", async () => {
  await using stage = await serve();
  const { server, url } = stage;
  const metadata = { name: "a", namespace: "default" };
  const list = { kind: "PodList", apiVersion: "v1", metadata: {} };
  server.failNext({
    status: 200,
    body: JSON.stringify({ ...list, items: [{ metadata }] }),
  });
  const io = new FakeIo();
  const args = ["watch", "pods", "-o", "name", "-s", url];
  assertEquals(await main(args, io), 1);
  assertEquals(io.stdout.text, "pod/a\n");
  assertEquals(io.stderr.lines, [
    "error: pods cannot be watched, only listed: the server's list has no resource version to watch from",
  ]);
  assertEquals(server.watchStarts, 0);
});

Deno.test("watch goes on after a first list that was answered 429 or 503", async () => {
  for (const status of [429, 503]) {
    await using stage = await serve("a");
    const { server, url } = stage;
    server.failNext({ status });
    const io = new FakeIo();
    const watching = main(["watch", "pods", "-o", "name", "-s", url], io);
    await io.stdout.wrote("pod/a\n");
    assertStringIncludes(io.stderr.lines[0] ?? "", "asking again");
    io.interrupt("SIGINT");
    assertEquals(await watching, 130);
  }
});

Deno.test("watch from a version fails at once if the connection is refused", async () => {
  const stage = await serve();
  const { url } = stage;
  await stage[Symbol.asyncDispose]();
  const io = new FakeIo();
  const args = ["watch", "pods", "-s", url, "--resource-version", "5"];
  assertEquals(await main(args, io), 1);
  assertStringIncludes(io.stderr.lines.at(-1) ?? "", "error: Cannot reach");
});

Deno.test("watch from a version fails if the server is not an API server", async () => {
  await using stage = await serve();
  const { server, url } = stage;
  const body = "<html>\n<p>Log in</p>\n</html>";
  server.failNext({ status: 200, body, count: Infinity });
  const io = new FakeIo();
  const args = ["watch", "pods", "-s", url, "--resource-version", "5"];
  assertEquals(await main(args, io), 1);
  assertStringIncludes(io.stderr.lines.at(-1) ?? "", "'<html>'");
  assertEquals(server.requests.length, 2);
});

Deno.test("watch is silent when the reader of its output is gone", async () => {
  await using stage = await serve("a");
  const io = new FakeIo();
  const watching = main(["watch", "pods", "-s", stage.url], io);
  await stage.server.watchStarted(1);
  io.stdout.fail(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
  assertEquals(await watching, 0);
  assertEquals(io.stderr.text, "");
});

Deno.test("watch prints the server's table as kubectl does", async () => {
  await using tables = new TableServer([running("a"), running("longer-name")]);
  const url = await tables.listen();
  const { server } = tables;
  const cases: [string[], string[]][] = [
    [[], [
      "NAME          STATUS    AGE",
      "a             Running   5s",
      "longer-name   Running   5s",
      "b             Running   5s",
      "b             Failed    5s",
      "b             Failed    5s",
    ]],
    [["-A", "-o", "wide", "--output-watch-events", "-L", "app"], [
      "EVENT      NAMESPACE   NAME          STATUS    AGE   NODE   APP",
      "ADDED      default     a             Running   5s           web",
      "ADDED      default     longer-name   Running   5s           web",
      "ADDED      default     b             Running   5s           web",
      "MODIFIED   default     b             Failed    5s           web",
      "DELETED    default     b             Failed    5s           web",
    ]],
    [["--cached", "--no-headers", "-l", "app=web"], [
      "a             Running   5s",
      "longer-name   Running   5s",
      "b             Running   5s",
      "b             Failed    5s",
      "b             Failed    5s",
    ]],
  ];
  const runs = cases.map(([args]) => {
    const io = new FakeIo();
    return { io, done: main(["watch", "pods", ...args, "-s", url], io) };
  });
  await server.watchStarted(cases.length);
  server.create(running("b"));
  server.patch(`${POD}/b`, { status: { phase: "Failed" } });
  server.delete(`${POD}/b`);
  for (const [at, { io, done }] of runs.entries()) {
    const expected = `${cases[at]?.[1].join("\n")}\n`;
    await io.stdout.wrote(expected);
    io.interrupt("SIGINT");
    assertEquals(await done, 130);
    assertEquals(io.stdout.text, expected);
    assertEquals(resumeVersion(io), server.resourceVersion);
  }
});

Deno.test("watch prints a header again when the columns change", async () => {
  await using tables = new TableServer([running("a")]);
  const url = await tables.listen();
  const { server } = tables;
  const io = new FakeIo();
  const watching = main(["watch", "pods", "-s", url], io);
  await server.watchStarted(1);
  server.create(running("b"));
  await io.stdout.wrote("b ");
  tables.columns = POD_COLUMNS.slice(0, 2);
  server.dropConnections();
  server.create(running("c"));
  await io.stdout.wrote("c ");
  io.interrupt("SIGINT");
  await watching;
  assertEquals(io.stdout.lines, [
    "NAME   STATUS    AGE",
    "a      Running   5s",
    "b      Running   5s",
    "NAME   STATUS",
    "c      Running",
  ]);
});

Deno.test("watch prints whole objects in the requested format", async () => {
  await using stage = await serve("a");
  const { server, url } = stage;
  server.patch(`${POD}/a`, {
    metadata: { managedFields: [{ manager: "kubectl" }] },
  });
  const template = '{.metadata.name}{"\\n"}';
  const run = async (...args: string[]) => {
    const io = new FakeIo();
    const started = server.watchStarts + 1;
    const done = main(["watch", "pods", ...args, "-s", url], io);
    await server.watchStarted(started);
    io.interrupt("SIGINT");
    await done;
    return io.stdout.text;
  };
  assertEquals(await run("-o", `jsonpath=${template}`), "a\n");
  assertEquals(await run("-o", "name"), "pod/a\n");
  const json = await run("-o", "json");
  assertStringIncludes(
    json,
    '{\n    "apiVersion": "v1",\n    "kind": "Pod",\n',
  );
  assertEquals(json.includes("managedFields"), false);
  const whole = await run("-o", "json", "--show-managed-fields");
  assertStringIncludes(whole, '"manager": "kubectl"');
});

Deno.test("watch rejects a malformed template before the first request", async () => {
  await using stage = await serve("a");
  const io = new FakeIo();
  const args = ["watch", "pods", "-o", "jsonpath={.a", "-s", stage.url];
  assertEquals(await main(args, io), 2);
  assertStringIncludes(io.stderr.text, "malformed jsonpath template");
  assertEquals(stage.server.requests, []);
});

Deno.test("watch fails if the named object does not exist", async () => {
  await using stage = await serve("a");
  for (const mode of [[], ["--cached"], ["--live"]]) {
    for (const terminal of [true, false]) {
      const io = new FakeIo({ terminal, env: { NO_COLOR: "1" } });
      const args = ["watch", "pod/b", ...mode, "-s", stage.url];
      assertEquals(await main(args, io), 1);
      assertStringIncludes(
        io.stderr.text,
        'Error from server (NotFound): pods "b" not found\n',
      );
      assertEquals(stage.server.watchStarts, 0);
    }
  }
});

Deno.test("watch sends the field selector", async () => {
  await using stage = await serve("a", "b");
  const io = new FakeIo();
  const selector = "--field-selector=metadata.name!=a";
  const args = ["watch", "pods", selector, "-o", "name", "-s", stage.url];
  const watching = main(args, io);
  await stage.server.watchStarted(1);
  io.interrupt("SIGINT");
  await watching;
  assertEquals(io.stdout.lines, ["pod/b"]);
});

/** The lines about restarts, without the runtime's error messages. */
function restarts(io: FakeIo): string[] {
  return io.stderr.lines.filter((line) => line.startsWith("watch interrupted"))
    .map((line) => line.replace(/\(.*\)/, "(…)"));
}

Deno.test("watch --cached continues after the version has expired", async () => {
  await using stage = await serve("a", "b");
  const { server, url } = stage;
  const io = new FakeIo();
  const json = ["-o", "json", "--output-watch-events"];
  const args = ["watch", "pods", "--cached", ...json, "-s", url];
  const watching = main(args, io);
  await server.watchStarted(1);
  server.dropConnections();
  server.delete(`${POD}/a`);
  server.create(pod("c"));
  server.compact();
  await io.stdout.wrote('"name":"c"');
  server.delete(`${POD}/b`);
  await io.stdout.wrote(`"resourceVersion":"${server.resourceVersion}"`);
  io.interrupt("SIGINT");
  assertEquals(await watching, 130);
  const events = io.stdout.lines.map((line) => JSON.parse(line));
  const [added, changed] = [events.slice(0, 2), events.slice(2, 4)];
  const summarize = (list: typeof events) =>
    list.map(({ type, object }) => `${type} ${object.metadata.name}`);
  assertEquals(summarize(added), ["ADDED a", "ADDED b"]);
  assertEquals(summarize(changed).sort(), ["ADDED c", "DELETED a"]);
  assertEquals(summarize(events.slice(4)), ["DELETED b"]);
  assertEquals(restarts(io), [
    "watch interrupted: connection lost (…); carrying on",
    "watch interrupted: the version has expired (…); carrying on",
  ]);
  assertEquals(resumeVersion(io), server.resourceVersion);
  await server.watchesClosed();
});

Deno.test("watch --cached prints what watch prints", async () => {
  for (const output of ["wide", "json", "name"]) {
    await using stage = await serve("a-pod-with-a-long-name", "b");
    const { server, url } = stage;
    server.patch(`${POD}/b`, {
      metadata: { managedFields: [{ manager: "kubectl" }] },
    });
    const args = ["watch", "pods", "-A", "-o", output, "-s", url];
    const [plain, cached] = [new FakeIo(), new FakeIo()];
    const watching = [main(args, plain), main([...args, "--cached"], cached)];
    await server.watchStarted(2);
    server.create(pod("c", "shop"));
    server.patch(`${POD}/b`, { metadata: { labels: { app: "web" } } });
    server.delete(`${POD}/b`);
    server.create(pod("the-last"));
    for (const io of [plain, cached]) {
      await io.stdout.wrote("the-last");
      io.interrupt("SIGINT");
    }
    assertEquals(await Promise.all(watching), [130, 130]);
    assertEquals(cached.stdout.text, plain.stdout.text);
    assertEquals(cached.stderr.text, plain.stderr.text);
  }
});

Deno.test("watch --cached reports that there are no objects", async () => {
  await using stage = await serve();
  const io = new FakeIo();
  const watching = main(["watch", "pods", "--cached", "-s", stage.url], io);
  await stage.server.watchStarted(1);
  io.interrupt("SIGINT");
  assertEquals(await watching, 130);
  assertEquals(io.stderr.lines, [
    "no pods are there; watching for those to come",
    "resume with --resource-version 1",
  ]);
});

Deno.test("watch --cached fails at once when it cannot start", async () => {
  const lines: readonly [number, string][] = [
    [400, "Error from server (BadRequest): "],
    [401, "error: You must be logged in to the server"],
    [403, "Error from server (Forbidden): "],
    [404, "error: the server doesn't have a resource type"],
    [405, "Error from server (MethodNotAllowed): "],
    [422, "Error from server (Invalid): "],
  ];
  for (const [status, line] of lines) {
    await using stage = await serve("a");
    stage.server.failNext({ status, count: Infinity });
    const io = new FakeIo();
    const args = ["watch", "pods", "--cached", "-s", stage.url];
    assertEquals(await main(args, io), 1);
    assertEquals(io.stdout.text, "");
    assertEquals(io.stderr.lines.length, 1, io.stderr.text);
    assertStringIncludes(io.stderr.text, line);
    assertEquals(stage.server.watchStarts, 0);
  }
});

Deno.test("watch --cached fails at once if the connection is refused", async () => {
  const stage = await serve();
  await stage[Symbol.asyncDispose]();
  const io = new FakeIo();
  assertEquals(
    await main(["watch", "pods", "--cached", "-s", stage.url], io),
    1,
  );
  assertStringIncludes(io.stderr.text, "error: Cannot reach");
});

Deno.test("watch --cached is silent when the reader of its output is gone", async () => {
  await using stage = await serve("a");
  const io = new FakeIo();
  const watching = main(["watch", "pods", "--cached", "-s", stage.url], io);
  await stage.server.watchStarted(1);
  io.stdout.fail(Object.assign(new Error("EPIPE"), { code: "EPIPE" }));
  assertEquals(await watching, 0);
  assertEquals(io.stderr.text, "");
});

Deno.test("watch --live draws on a terminal, and prints lines elsewhere", async () => {
  await using tables = new TableServer([running("a")]);
  const url = await tables.listen();
  const args = ["watch", "pods", "--live", "-s", url];
  const terminal = new FakeIo({ terminal: true, env: { NO_COLOR: "1" } });
  const drawing = main(args, terminal);
  await terminal.stdout.wrote("pods: 1 · watching");
  terminal.interrupt("SIGINT");
  assertEquals(await drawing, 130);
  assertEquals(terminal.stderr.text, "");
  const pipe = new FakeIo();
  const writing = main(args, pipe);
  await pipe.stdout.wrote("a ");
  pipe.interrupt("SIGINT");
  assertEquals(await writing, 130);
  assertEquals(pipe.stdout.lines, [
    "NAME   STATUS    AGE",
    "a      Running   5s",
  ]);
  assertEquals(
    pipe.stderr.lines[0],
    "--live requires a terminal: printing lines instead, as with --cached",
  );
});
