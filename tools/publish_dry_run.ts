/**
 * Rehearses publishing: `deno publish --dry-run`, of a copy of the project in
 * which the imports of JSR packages are those of the import map given by
 * `--import-map`, if any. The map cannot simply be passed on: publishing knows
 * no imports but those of `deno.json`, and wants every module that is imported
 * to be published. So the copy publishes the stand-ins for the packages too.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { runDeno } from "./_child.ts";

/** The project's own folder. */
const ROOT = new URL("../", import.meta.url);

/** What publishing never looks at. */
const SKIPPED = new Set([".git", "coverage", "node_modules"]);

/** What this script reads of `deno.json`. */
interface Config {
  imports: Record<string, string>;
  publish: { exclude: string[] };
}

async function readJson<T>(url: URL): Promise<T> {
  return JSON.parse(await Deno.readTextFile(url));
}

async function copyFolder(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (SKIPPED.has(name)) continue;
    const [source, target] = [new URL(name, from), new URL(name, to)];
    if (isDirectory) {
      await copyFolder(new URL(`${source}/`), new URL(`${target}/`));
    } else if (isFile) await Deno.copyFile(source, target);
  }
}

/** Takes the imports of JSR packages from the import map instead. */
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

/** Leaves of the tools only what stands in for the packages. */
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

  const folder = await Deno.makeTempDir({ prefix: "publish_dry_run_" });
  try {
    const copy = pathToFileURL(`${folder}/`);
    await copyFolder(ROOT, copy);
    await replaceImports(copy, importMap);
    await removeTools(copy);
    return await runDeno(args, { cwd: copy });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.exit(await main());
