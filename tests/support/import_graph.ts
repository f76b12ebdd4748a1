/**
 * The import graph of the project, including types and dynamic imports, as
 * reported by `deno info`, and checks of its rules.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { packageOptions } from "../../tools/_packages.ts";

const ROOT = new URL("../../", import.meta.url);

/** The imports of each file, by its path relative to the project's root. */
export type ImportGraph = ReadonlyMap<string, FileImports>;

/** The imports of a file. */
export interface FileImports {
  /** Files of the project. */
  readonly files: readonly string[];
  /** Packages and built-in modules that it may load: `"npm:undici"`. */
  readonly code: readonly string[];
  /** Packages and built-in modules that it uses only for types. */
  readonly types: readonly string[];
}

/** The directories that each directory may import from. */
export type ImportRules = ReadonlyMap<string, readonly string[]>;

interface Reference {
  readonly specifier?: string;
}

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    /** The specifier in the source. */
    readonly specifier: string;
    readonly code?: Reference;
    readonly type?: Reference;
  }[];
}

/**
 * Reads the imports of files and of everything they reach.
 *
 * @param paths The paths of the files, relative to the project's root.
 * @returns The graph.
 */
export async function readImportGraph(
  paths: readonly string[],
): Promise<ImportGraph> {
  const root = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      root,
      paths.map((path) => `import "${new URL(path, ROOT)}";\n`).join(""),
    );
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["info", "--json", ...await infoOptions(), root],
        cwd: fileURLToPath(ROOT),
      },
    ).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(decoder.decode(stderr));
    const { modules }: { modules: readonly ModuleInfo[] } = JSON.parse(
      decoder.decode(stdout),
    );
    return new Map(
      modules.flatMap((module) => {
        const path = pathOf(module.specifier);
        return path === undefined ? [] : [[path, importsOf(module)]];
      }),
    );
  } finally {
    await Deno.remove(root);
  }
}

async function infoOptions(): Promise<readonly string[]> {
  const options = await packageOptions();
  return options.length > 0 ? options : ["--config=deno.json"];
}

function importsOf({ dependencies = [] }: ModuleInfo): FileImports {
  const files = new Set<string>();
  const code = new Set<string>();
  const types = new Set<string>();
  for (const dependency of dependencies) {
    // If JSR is not available, files of the project replace these packages.
    if (dependency.specifier.startsWith("@std/")) {
      code.add(`jsr:${dependency.specifier}`);
      continue;
    }
    const loaded = dependency.code?.specifier;
    const typed = dependency.type?.specifier;
    for (const specifier of [loaded, typed]) {
      if (specifier === undefined) continue;
      const path = pathOf(specifier);
      if (path !== undefined) files.add(path);
      else if (specifier === loaded) code.add(packageName(specifier));
      else if (loaded === undefined) types.add(packageName(specifier));
    }
  }
  return { files: [...files], code: [...code], types: [...types] };
}

function pathOf(specifier: string): string | undefined {
  return specifier.startsWith(ROOT.href)
    ? specifier.slice(ROOT.href.length)
    : undefined;
}

/**
 * Removes version and path from `npm:undici@^8.7.0/lib` or `jsr:@std/async@^1`.
 */
function packageName(specifier: string): string {
  const match = /^(?:npm|jsr):\/?(@[^/]+\/)?([^@/]+)/.exec(specifier);
  return match === null
    ? specifier
    : `${specifier.slice(0, 4)}${match[1] ?? ""}${match[2]}`;
}

/**
 * Returns the directory whose rules apply to a file.
 *
 * @param path The file.
 * @param rules The rules.
 * @returns The innermost directory with rules, `"."` for files at the top;
 *   `undefined` if there is none.
 */
export function directoryOf(
  path: string,
  rules: ImportRules,
): string | undefined {
  let directory = path;
  while (directory.includes("/")) {
    directory = directory.slice(0, directory.lastIndexOf("/"));
    if (rules.has(directory)) return directory;
  }
  return path.includes("/") ? undefined : ".";
}

/**
 * Finds the imports that the rules do not allow.
 *
 * @param graph The imports.
 * @param rules The rules. A directory may always import from itself; `"*"`
 *   allows all directories.
 * @returns A line for each: `"api/a.ts imports watch/b.ts"`.
 */
export function forbiddenImports(
  graph: ImportGraph,
  rules: ImportRules,
): string[] {
  const found: string[] = [];
  for (const [path, { files }] of graph) {
    const directory = directoryOf(path, rules);
    if (directory === undefined) {
      found.push(`${path} is in a directory without rules`);
      continue;
    }
    const allowed = rules.get(directory) ?? [];
    if (allowed.includes("*")) continue;
    for (const file of files) {
      const other = directoryOf(file, rules);
      if (other === directory || allowed.includes(other ?? "")) continue;
      found.push(`${path} imports ${file}`);
    }
  }
  return found;
}

/**
 * Finds import cycles.
 *
 * @param graph The imports.
 * @returns The files of each cycle, each of which imports the next.
 */
export function importCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    if (finished.has(path)) return;
    const start = way.indexOf(path);
    if (start >= 0) {
      cycles.push(way.slice(start));
      return;
    }
    way.push(path);
    for (const file of graph.get(path)?.files ?? []) visit(file);
    way.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}

/**
 * Returns what a file reaches through its imports.
 *
 * @param graph The imports.
 * @param path The file.
 * @returns The packages and built-in modules that it may load, and those used
 *   only for types, each sorted.
 */
export function packagesReachedFrom(
  graph: ImportGraph,
  path: string,
): { code: string[]; types: string[] } {
  const code = new Set<string>();
  const types = new Set<string>();
  const seen = new Set<string>();
  const open = [path];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const imports = graph.get(file);
    for (const name of imports?.code ?? []) code.add(name);
    for (const name of imports?.types ?? []) types.add(name);
    open.push(...imports?.files ?? []);
  }
  return {
    code: [...code].sort(),
    types: [...types.difference(code)].sort(),
  };
}
