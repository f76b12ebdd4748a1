/**
 * The directories of the project import only what the table in
 * `ARCHITECTURE.md` allows, there are no import cycles, and each entry point
 * reaches only its intended packages.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  type FileImports,
  forbiddenImports,
  importCycles,
  type ImportRules,
  packagesReachedFrom,
  readImportGraph,
} from "../support/import_graph.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * The packages that each entry point may load, and those that only its types
 * may use.
 */
const PACKAGES: Readonly<Record<string, { code: string[]; types: string[] }>> =
  {
    ".": { code: [], types: [] },
    "./synctrack": { code: [], types: [] },
    "./watch": { code: [], types: [] },
    "./conditions": { code: ["npm:json-p3"], types: [] },
    "./cluster": {
      code: [
        "node:child_process",
        "node:crypto",
        "node:fs/promises",
        "node:process",
        "node:tls",
        "npm:js-yaml",
        "npm:undici",
      ],
      types: [
        "node:net",
        "node:stream",
        "npm:@kubernetes/client-node",
        "npm:openid-client",
      ],
    },
    "./client-node": {
      code: [
        "node:child_process",
        "node:crypto",
        "node:fs/promises",
        "node:process",
        "node:tls",
        "npm:js-yaml",
        "npm:undici",
      ],
      types: [
        "node:net",
        "node:stream",
        "npm:@kubernetes/client-node",
        "npm:openid-client",
      ],
    },
    "./serverless": { code: [], types: [] },
    "./otel": { code: ["npm:@opentelemetry/api"], types: [] },
    "./testing": { code: ["node:http", "npm:rfc6902"], types: [] },
  };

/** All TypeScript files of the project. */
async function sourceFiles(directory = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(`./${directory}`, ROOT))) {
    const path = directory + entry.name;
    if (entry.isDirectory) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      found.push(...await sourceFiles(`${path}/`));
    } else if (path.endsWith(".ts") && !path.endsWith(".d.ts")) {
      found.push(path);
    }
  }
  return found;
}

/** The rows of the directory table: `| \`api/\` | … | internal |`. */
async function readRules(): Promise<ImportRules> {
  const text = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));
  const rows = text.matchAll(/^\| `([^|`]+?)\/?`\s*\|[^|]*\|([^|]*)\|$/gm);
  return new Map(
    Array.from(rows, ([, directory = "", imports = ""]) => [
      directory,
      [...imports.matchAll(/`([^`]+?)\/?`/g)].map(([, name = ""]) => name),
    ]),
  );
}

function graphOf(imports: Readonly<Record<string, readonly string[]>>) {
  return new Map(
    Object.entries(imports).map(([path, files]): [string, FileImports] => [
      path,
      { files, code: [], types: [] },
    ]),
  );
}

Deno.test("ARCHITECTURE.md allows every import", async () => {
  const files = await sourceFiles();
  const graph = await readImportGraph(files);
  const rules = await readRules();
  // Guards against a parser that finds no imports.
  for (const file of files) assert(graph.has(file), `${file} was not read`);
  assert((graph.get("watch/wait_for.ts")?.files.length ?? 0) > 0);
  assertEquals(rules.get("api"), ["internal"]);
  assertEquals(forbiddenImports(graph, rules), []);
});

Deno.test("there are no import cycles", async () => {
  assertEquals(importCycles(await readImportGraph(await sourceFiles())), []);
});

Deno.test("each entry point reaches only its intended packages", async () => {
  const { exports }: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const graph = await readImportGraph(await sourceFiles());
  for (const [name, target] of Object.entries(exports)) {
    if (name === "./cli") continue; // A program: it may use what it needs.
    const reached = packagesReachedFrom(graph, target.slice("./".length));
    assertEquals(reached, PACKAGES[name], name);
  }
});

Deno.test("forbiddenImports() finds an import that is not allowed", () => {
  const rules: ImportRules = new Map([
    [".", ["watch"]],
    ["api", []],
    ["watch", ["api"]],
    ["tests", ["*"]],
  ]);
  assertEquals(
    forbiddenImports(
      graphOf({
        "mod.ts": ["watch/mod.ts", "api/types.ts"],
        "api/types.ts": ["watch/mod.ts"],
        "watch/mod.ts": ["api/types.ts", "watch/until.ts"],
        "watch/inner/deep.ts": ["api/types.ts"],
        "tests/api/types_test.ts": ["api/types.ts"],
        "other/file.ts": [],
      }),
      rules,
    ),
    [
      "mod.ts imports api/types.ts",
      "api/types.ts imports watch/mod.ts",
      "other/file.ts is in a directory without rules",
    ],
  );
});

Deno.test("importCycles() finds files that import each other", () => {
  assertEquals(
    importCycles(graphOf({
      "a.ts": ["b.ts"],
      "b.ts": ["c.ts"],
      "c.ts": ["b.ts"],
      "d.ts": ["b.ts"],
    })),
    [["b.ts", "c.ts"]],
  );
  assertEquals(importCycles(graphOf({ "a.ts": ["b.ts"], "b.ts": [] })), []);
});
