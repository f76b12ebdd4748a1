/**
 * The built package does the same on every runtime that it supports. Prints the
 * tables of `docs/runtimes.md` and the README, and writes them with
 * `-- --write`.
 *
 * A runtime that cannot be had is left out, with a line that says why.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { killIfRunning } from "../control_plane/kill_if_running.ts";
import { run } from "../support/npm_installation.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { prepareEnvironment, type Target } from "./_environment.ts";
import { testDocumentedSizes, testSizes, testTypes } from "./_package_tests.ts";
import type { Result } from "./_protocol.ts";
import { Stage } from "./_stage.ts";
import { runtimesTable, summaryTable, TABLE } from "./_table.ts";

const ROOT = new URL("../../", import.meta.url);

/** The documents with a table, and what makes it. */
const DOCUMENTS = [
  { path: "docs/runtimes.md", format: runtimesTable },
  { path: "README.md", format: summaryTable },
];

/** How long a suite may take, and its process to end afterwards. */
const SUITE_MS = 300_000;
const EXIT_MS = 15_000;

const directory = await Deno.makeTempDir({ prefix: "watchtools-runtimes-" });
addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});
const environment = await prepareEnvironment(directory);
const { targets, page, example } = environment;
const columns = new Map<string, readonly Result[]>();

/** The process of a suite. It is killed if it outlives its time. */
class SuiteProcess implements AsyncDisposable {
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;

  constructor(target: Target, stage: Stage) {
    assert(typeof target.command === "function");
    const { command, args } = target.command(stage.url);
    this.#child = new Deno.Command(command, {
      args,
      cwd: directory,
      env: { NODE_EXTRA_CA_CERTS: stage.caFile, DENO_CERT: stage.caFile },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = this.#child.status;
    this.#output = Promise.all([
      new Response(this.#child.stdout).text(),
      new Response(this.#child.stderr).text(),
    ]).then((texts) => texts.join(""));
  }

  /** What it has printed, once it has ended. */
  get output(): Promise<string> {
    return this.#output;
  }

  kill(): void {
    killIfRunning(this.#child, "SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
    await this.#output;
  }
}

function podNamed(name: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
  };
}

/** A program that answers each line with a line. */
class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(command: string, args: string[]) {
    this.#child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  async ask(line: string): Promise<string | undefined> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
    return (await this.#lines.read()).value;
  }

  /** Ends its input, on which it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#lines.cancel();
    await this.#child.status;
  }
}

/** Splits a text into lines. */
class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

/** Resolves to undefined if a promise takes too long. */
async function within<V>(
  promise: Promise<V>,
  timeoutMs: number,
): Promise<V | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function runOn(target: Target): Promise<readonly Result[]> {
  await using stage = await Stage.start(page);
  await using suite = new SuiteProcess(target, stage);
  const over = suite.ended.then(() => undefined);
  const results = await within(Promise.race([stage.done, over]), SUITE_MS);
  if (results === undefined) {
    suite.kill();
    throw new Error(
      `The suite did not finish: ${await suite.output}\n` +
        JSON.stringify(stage.results, null, 1),
    );
  }
  if (target.staysOpen) return results;
  const status = await within(suite.ended, EXIT_MS);
  const error = status?.success ? undefined : "it did not end by itself";
  return [...results, { behavior: "the process ends by itself", error }];
}

for (const target of targets) {
  const { name, command } = target;
  if (typeof command === "string") print(`${name}: ${command}`);
  Deno.test({
    name: `the package works on ${name}`,
    ignore: typeof command === "string",
    async fn() {
      const results = await runOn(target);
      columns.set(name, results);
      assertEquals(results.filter(({ error }) => error !== undefined), []);
    },
  });
}

Deno.test("the example of a worker answers from an informer, and waits after its answer", async () => {
  await using server = new FakeApiServer({ token: "t" });
  await using listener = await server.listen();
  const called = Promise.withResolvers<string>();
  await using webhook = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      called.resolve(await request.text());
      return new Response();
    },
  );
  server.create(podNamed("a"));
  const { command, args } = example({
    KUBERNETES: listener.url,
    TOKEN: "t",
    WEBHOOK: `http://127.0.0.1:${webhook.addr.port}`,
  });
  await using host = new LineProcess(command, args);
  assertEquals(await host.ask("GET /pods"), '200 ["a"]');
  server.create(podNamed("b"));
  assertEquals(await host.ask("POST /pods/b"), "202 waiting");
  server.patch(podNamed("b"), {
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  assertEquals(await called.promise, "b is ready");
  assertEquals(await host.ask("GET /pods"), '200 ["a","b"]');
});

testSizes(environment, print);
testDocumentedSizes();
testTypes(environment);

for (const { path, format } of DOCUMENTS) {
  Deno.test(`${path} names each behavior or runtime of the last run`, async () => {
    const table = format(columns);
    print(`\n${table}`);
    const url = new URL(path, ROOT);
    const text = await Deno.readTextFile(url);
    if (Deno.args.includes("--write")) {
      await Deno.writeTextFile(url, text.replace(TABLE, `$1${table}$3`));
      return await run(Deno.execPath(), ["fmt", fileURLToPath(url)]);
    }
    const [, , written = ""] = text.match(TABLE) ?? [];
    assertEquals(firstCells(written), firstCells(table));
  });
}

/** The first cell of each row, without versions, which change by themselves. */
function firstCells(table: string): string[] {
  return table.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => (line.split("|")[1] ?? "").trim().replace(/[-\d.]+$/, ""));
}
