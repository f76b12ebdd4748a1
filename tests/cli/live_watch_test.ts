/**
 * Live tables on an emulated terminal: what it shows, and how often it is
 * drawn.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { RestClient } from "../../rest/_rest_client.ts";
import { LiveWatch } from "../../cli/_live_watch.ts";
import { Screen } from "../../cli/terminal/screen.ts";
import { TableSource } from "../../cli/printers/table_source.ts";
import { FakeIo } from "../support/cli_io.ts";
import { FakeTerminal } from "../support/fake_terminal.ts";
import { TableServer } from "../support/table_server.ts";

const PATH = "/api/v1/namespaces/default/pods";

function pod(name: string, phase = "Running") {
  const metadata = { name, namespace: "default" };
  return { apiVersion: "v1", kind: "Pod", metadata, status: { phase } };
}

/** A live table without colors, on a fake terminal and server. */
class Stage implements AsyncDisposable {
  readonly tables: TableServer;
  readonly io = new FakeIo({ terminal: true, env: { NO_COLOR: "1" } });
  readonly terminal = new FakeTerminal({ columns: 60, rows: 8 });
  readonly #abort = new AbortController();
  readonly #ended: Promise<unknown>;
  readonly #time: FakeTime;

  constructor(time: FakeTime, names: readonly string[]) {
    this.#time = time;
    this.tables = new TableServer(names.map((name) => pod(name)));
    this.io.stdout.columns = 60;
    this.io.stdout.rows = 8;
    this.io.stdout.write = (text) => {
      this.terminal.write(text);
      return Promise.resolve();
    };
    const client = new RestClient({
      server: "http://fake",
      fetch: this.tables.fetch,
    });
    this.#ended = new LiveWatch(new TableSource({ client, path: PATH }), {
      signal: this.#abort.signal,
      screen: new Screen(this.io),
      table: {
        wide: false,
        noHeaders: false,
        withNamespace: false,
        withEvents: false,
        labelColumns: [],
        showLabels: false,
      },
      noun: "pods",
      check: (rows) => rows.length > 3 ? new Error("too many") : undefined,
    }).run();
  }

  get lines(): string[] {
    return this.terminal.lines;
  }

  async passes(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      await this.#time.tickAsync(50);
    }
    await this.#time.runMicrotasks();
  }

  async end(): Promise<unknown> {
    this.#abort.abort("enough");
    return await this.#ended;
  }

  get ended(): Promise<unknown> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.tables[Symbol.asyncDispose]();
  }
}

Deno.test("LiveWatch draws a table and its changes", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["b", "a"]);
  const { server } = stage.tables;
  await stage.passes(500);
  assertEquals(stage.lines, [
    "  NAME   STATUS    AGE",
    "  a      Running   5s",
    "  b      Running   5s",
    "pods: 2 · watching",
  ]);
  server.create(pod("c"));
  server.patch(`${PATH}/a`, { status: { phase: "Failed" } });
  server.delete(`${PATH}/b`);
  await stage.passes(200);
  assertEquals(stage.lines, [
    "  NAME   STATUS    AGE",
    "~ a      Failed    5s",
    "- b      Running   5s",
    "+ c      Running   5s",
    "pods: 2 · watching",
  ]);
  await stage.passes(5_000);
  assertEquals(stage.lines.slice(1, -1).map((line) => line.slice(0, 16)), [
    "  a      Failed ",
    "  c      Running",
  ]);
});

Deno.test("LiveWatch leaves the last table and a visible cursor", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a"]);
  await stage.passes(500);
  stage.tables.server.delete(`${PATH}/a`);
  stage.tables.server.create(pod("b"));
  await stage.passes(200);
  stage.terminal.write("^C");
  assertEquals(await stage.end(), "enough");
  assertEquals(stage.lines, [
    "  NAME   STATUS    AGE",
    "  b      Running   5s",
  ]);
  assertEquals([stage.terminal.isCursorShown, stage.terminal.row], [true, 2]);
  assertEquals(stage.terminal.column, 0);
});

Deno.test("LiveWatch shows the state of the connection and the number of restarts", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a"]);
  const { server } = stage.tables;
  await stage.passes(500);
  server.failNext({ status: 503, count: 1 });
  server.dropConnections();
  await stage.passes(100);
  const [broken = ""] = stage.lines.slice(-1);
  assert(broken.startsWith("pods: 1 · connection lost"), broken);
  server.create(pod("b"));
  await stage.passes(10_000);
  const [whole = ""] = stage.lines.slice(-1);
  assert(/^pods: 2 · watching · [12] restarts?$/.test(whole), whole);
});

Deno.test("LiveWatch draws at most ten times a second, and only changes", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a"]);
  const { server } = stage.tables;
  await stage.passes(500);
  const before = stage.terminal.writes;
  for (let turn = 0; turn < 100; turn++) {
    server.patch(`${PATH}/a`, { status: { phase: `Phase${turn}` } });
    await stage.passes(50);
  }
  const drawn = stage.terminal.writes - before;
  assert(drawn > 10 && drawn <= 51, `${drawn}`);
  await stage.passes(5_000);
  const quiet = stage.terminal.writes;
  await stage.passes(2_000);
  // An age in seconds changes every second.
  assert(stage.terminal.writes - quiet <= 3);
});

Deno.test("LiveWatch skips frames on a slow terminal", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a"]);
  await stage.passes(500);
  const held = Promise.withResolvers<void>();
  let writes = 0;
  stage.io.stdout.write = () => {
    writes++;
    return held.promise;
  };
  for (const phase of ["x", "y", "z"]) {
    stage.tables.server.patch(`${PATH}/a`, { status: { phase } });
    await stage.passes(300);
  }
  assertEquals(writes, 1);
  held.resolve();
  await stage.passes(300);
  assert(writes > 1);
});

Deno.test("LiveWatch adapts to the size of the terminal", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a", "b", "c"]);
  await stage.passes(500);
  assertEquals(stage.lines.length, 5);
  stage.io.stdout.rows = 5;
  stage.terminal.resize({ columns: 60, rows: 5 });
  await stage.passes(200);
  assertEquals(stage.lines.slice(-3), [
    "  a      Running   5s",
    "… and 2 more",
    "pods: 3 · watching",
  ]);
});

Deno.test("LiveWatch ends when it cannot start", async () => {
  using time = new FakeTime("2024-05-01T12:00:00Z");
  await using stage = new Stage(time, ["a", "b", "c", "d"]);
  await stage.passes(500);
  const reason = await stage.ended;
  assert(reason instanceof Error && reason.message === "too many");
  assertEquals(stage.lines, []);
  assertEquals(stage.tables.server.watchStarts, 0);
});
