/**
 * The launcher behind the tasks: the arguments it passes to Deno, how it
 * decides where packages come from, and how it forwards exit status and
 * signals.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runDeno } from "../../tools/_child.ts";
import { canLoad, packageOptions } from "../../tools/_packages.ts";
import {
  commandLine,
  ENTRY_POINTS,
  PACKAGES,
  TASKS,
} from "../../tools/_tasks.ts";

const ROOT = new URL("../../", import.meta.url);
const NPM_OPTIONS = ["--import-map=tools/import_map.npm.json", "--no-lock"];

/** The signals that ask a process to terminate, with their exit status. */
const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

/** Long enough for anything that answers at all. */
const PATIENCE_MS = 30_000;

interface Config {
  imports: Record<string, string>;
  exports: Record<string, string>;
  tasks: Record<string, { command: string }>;
}

async function readConfig(path: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
}

/** Starts a program that can import the launcher's modules. */
function start(program: string): Deno.ChildProcess {
  const child = new URL("tools/_child.ts", ROOT);
  const packages = new URL("tools/_packages.ts", ROOT);
  return new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `import { runDeno } from "${child}";
       import { canLoad } from "${packages}";
       ${program}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

Deno.test("commandLine() replaces the placeholders in place", () => {
  const step = ["test", PACKAGES, "-A", ENTRY_POINTS, "end"] as const;
  const entryPoints = ["a.ts", "b.ts"];
  assertEquals(
    commandLine(step, { packages: NPM_OPTIONS, entryPoints }),
    ["test", ...NPM_OPTIONS, "-A", "a.ts", "b.ts", "end"],
  );
  assertEquals(
    commandLine(step, { packages: [], entryPoints }),
    ["test", "-A", "a.ts", "b.ts", "end"],
  );
});

Deno.test("TASKS has each task that deno.json runs with the launcher", async () => {
  const { tasks } = await readConfig("deno.json");
  const prefix = "deno run -A --no-config tools/run.ts ";
  const sent = Object.values(tasks)
    .filter(({ command }) => command.startsWith(prefix))
    .map(({ command }) => command.slice(prefix.length));
  assert(sent.includes("test"));
  for (const task of sent) assert(TASKS.has(task), task);
});

Deno.test("import_map.npm.json maps everything that deno.json maps", async () => {
  const config = await readConfig("deno.json");
  const map = await readConfig("tools/import_map.npm.json");
  const names = Object.keys(map.imports);
  for (const [name, target] of Object.entries(config.imports)) {
    // An entry in deno.json may correspond to several in the import map, one
    // per subpath.
    const found = names.filter((n) => n === name || n.startsWith(`${name}/`));
    assert(found.length > 0, name);
    if (target.startsWith("npm:")) assertEquals(map.imports[name], target);
  }
  for (const [path, target] of Object.entries(config.exports)) {
    assertEquals(
      map.imports[`@watchtools/kube${path.slice(1)}`],
      `.${target}`,
    );
  }
});

Deno.test("packageOptions() returns the npm options only if JSR is not available", async () => {
  assertEquals(await packageOptions(() => Promise.resolve(true)), []);
  assertEquals(
    await packageOptions(() => Promise.resolve(false)),
    NPM_OPTIONS,
  );
});

Deno.test("canLoad() returns whether a module exists", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const module = `${directory}/module.ts`;
    await Deno.writeTextFile(module, "export {};");
    assertEquals(await canLoad(module, PATIENCE_MS), true);
    await Deno.writeTextFile(module, 'import "./missing.ts";');
    assertEquals(await canLoad(module, PATIENCE_MS), false);
    assertEquals(await canLoad(`${directory}/missing.ts`, PATIENCE_MS), false);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("canLoad() times out if a server does not answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(await canLoad(`http://127.0.0.1:${port}/mod.ts`, 500), false);
});

Deno.test("canLoad() ends its child and itself on a signal", async (t) => {
  for (const [signal, status] of SIGNALS) {
    await t.step(signal, async () => {
      using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const url = `http://127.0.0.1:${server.addr.port}/mod.ts`;
      const launcher = start(`
        await canLoad("${url}", ${PATIENCE_MS});
        console.log("went on");
      `);
      using connection = await server.accept();
      launcher.kill(signal);
      const { code, stdout } = await launcher.output();
      assertEquals(code, status);
      assertEquals(new TextDecoder().decode(stdout), "");
      // The connection closes when the child ends, not before.
      await new Response(connection.readable).bytes();
    });
  }
});

Deno.test("runDeno() returns the exit status of the child", async () => {
  for (const status of [0, 7]) {
    const program = `Deno.exit(${status})`;
    assertEquals(await runDeno(["eval", program], { cwd: ROOT }), status);
  }
});

Deno.test("runDeno() forwards signals and outlives the child", async (t) => {
  for (const [signal] of SIGNALS) {
    await t.step(signal, async () => {
      const program = `
        Deno.addSignalListener("${signal}", () => {
          console.log("cleaned up");
          Deno.exit(3);
        });
        setTimeout(() => Deno.exit(9), ${PATIENCE_MS});
        console.log("ready");
      `;
      const launcher = start(`
        const args = ["eval", ${JSON.stringify(program)}];
        Deno.exit(await runDeno(args, { cwd: new URL("${ROOT}") }));
      `);
      const lines = launcher.stdout
        .pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
      assertEquals((await lines.next()).value, "ready\n");
      launcher.kill(signal);
      assertEquals((await lines.next()).value, "cleaned up\n");
      assertEquals((await lines.next()).done, true);
      assertEquals((await launcher.status).code, 3);
    });
  }
});

Deno.test("run.ts lists the tasks if the given one is unknown", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tools/run.ts", "tset"],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
    stdout: "null",
  }).output();
  const words = new TextDecoder().decode(stderr);
  assertStringIncludes(
    words,
    "Cannot run task 'tset': choose one of demo, test",
  );
  assertEquals(code, 2);
});

Deno.test("run.ts exits with the status of the step that failed", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tools/run.ts", "check", "--bad-option"],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
    stderr: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "");
  assertEquals(code, 1);
});
