/**
 * Runs `deno publish --dry-run`. With `--import-map`, it runs on a copy of the
 * project in which the imports of JSR packages are replaced by those of the
 * import map. The map cannot simply be passed on, because `deno publish` uses
 * only the imports in `deno.json` and requires every imported module to be
 * published; the copy therefore also publishes the replacements of the
 * packages.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { runDeno } from "./_child.ts";

/** The root directory of the project. */
const ROOT = new URL("../", import.meta.url);

/** Directories that are not copied. */
const SKIPPED = new Set([".git", "coverage", "node_modules"]);

/** The parts of `deno.json` that this script uses. */
interface Config {
  imports: Record<string, string>;
  publish: { exclude: string[] };
}

async function readJson<T>(url: URL): Promise<T> {
  return JSON.parse(await Deno.readTextFile(url));
}

async function copyDirectory(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (SKIPPED.has(name)) continue;
    const [source, target] = [new URL(name, from), new URL(name, to)];
    if (isDirectory) {
      await copyDirectory(new URL(`${source}/`), new URL(`${target}/`));
    } else if (isFile) await Deno.copyFile(source, target);
  }
}

/** Replaces the imports of JSR packages by those of the import map. */
async function replaceImports(copy: URL, importMap: string): Promise<void> {
  const mapUrl = new URL(importMap, copy);
  const map = await readJson<Pick<Config, "imports">>(mapUrl);
  const configUrl = new URL("deno.json", copy);
  const config = await readJson<Config>(configUrl);
  const kept = Object.entries(config.imports)
    .filter(([, target]) => !target.startsWith("jsr:"));
  const replaced = Object.entries(map.imports)
    .filter(([name]) => name.startsWith("@std/"))
    .map(([name, target]) => [name, new URL(target, mapUrl).href]);
  const imports = Object.fromEntries([...kept, ...replaced]);
  const exclude = config.publish.exclude.filter((path) => path !== "tools/");
  const changed = { ...config, imports, publish: { exclude } };
  await Deno.writeTextFile(configUrl, JSON.stringify(changed));
}

/** Removes all tools but the replacements of the packages. */
async function removeTools(copy: URL): Promise<void> {
  const tools = new URL("tools/", copy);
  for await (const { name } of Deno.readDir(tools)) {
    if (!name.startsWith("std_")) await Deno.remove(new URL(name, tools));
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "import-map": { type: "string" },
      "no-lock": { type: "boolean" },
    },
  });
  const args = ["publish", "--dry-run", "--allow-dirty"];
  const importMap = values["import-map"];
  if (importMap === undefined) return await runDeno(args, { cwd: ROOT });

  const directory = await Deno.makeTempDir({ prefix: "publish_dry_run_" });
  try {
    const copy = pathToFileURL(`${directory}/`);
    await copyDirectory(ROOT, copy);
    await replaceImports(copy, importMap);
    await removeTools(copy);
    return await runDeno(args, { cwd: copy });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.exit(await main());
