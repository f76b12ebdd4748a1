/**
 * The runtimes on which the end-to-end tests run programs: the Deno that runs
 * the tests, and Node and Bun from npm, which are installed once in the cache
 * directory of the control plane's programs, with the packages that this
 * library needs.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  installPackages,
  run,
  runtimePackage,
} from "../support/npm_installation.ts";

/** All runtimes. */
export const runtimes = ["deno", "node", "bun"] as const;

/** One of {@linkcode runtimes}. */
export type Runtime = typeof runtimes[number];

/** The command line of a program. */
export interface RuntimeCommand {
  /** The path of the runtime. */
  readonly command: string;
  /** The arguments of the runtime, to be followed by those of the program. */
  readonly args: readonly string[];
}

const root = new URL("../../", import.meta.url);

/** The packages needed at run time, in the versions of `deno.json`. */
const packages = [
  "@kubernetes/client-node",
  "fast-check",
  "js-yaml",
  "openid-client",
  "undici",
];

let installed: Promise<string> | undefined;
const bundles = new Map<string, Promise<string>>();

/**
 * Returns the command line to run a TypeScript program of these tests. For Node
 * and Bun, it is bundled into a JavaScript file in the directory of the
 * packages that it needs.
 *
 * @param runtime The runtime.
 * @param program The file of the program, in this directory.
 * @returns The command line.
 */
export async function runtimeCommand(
  runtime: Runtime,
  program: string,
): Promise<RuntimeCommand> {
  if (runtime === "deno") {
    return {
      command: Deno.execPath(),
      args: [
        "run",
        "--quiet",
        `--config=${fileURLToPath(new URL("deno.json", root))}`,
        "--no-lock",
        "--no-check",
        "-A",
        fileURLToPath(new URL(program, import.meta.url)),
      ],
    };
  }
  const directory = await (installed ??= install());
  const bundle = bundles.get(program) ?? bundleFor(directory, program);
  bundles.set(program, bundle);
  const [name, executable] = runtimePackage(runtime);
  return {
    command: `${directory}/node_modules/${name}/bin/${executable}`,
    args: [await bundle],
  };
}

async function install(): Promise<string> {
  const config: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  return await installPackages([
    `${runtimePackage("node")[0]}@^24`,
    `${runtimePackage("bun")[0]}@^1.4`,
    ...packages.map((name) => config.imports[name]?.replace(/^npm:/, "")),
  ].filter((specifier) => specifier !== undefined));
}

/**
 * Bundles a program in the directory of the packages, where both runtimes
 * resolve them.
 */
async function bundleFor(directory: string, program: string): Promise<string> {
  const path = `${directory}/${program.replace(/\.ts$/, "")}-${Deno.pid}.mjs`;
  await run(Deno.execPath(), [
    "bundle",
    "--quiet",
    `--config=${fileURLToPath(new URL("deno.json", root))}`,
    "--no-lock",
    ...packages.map((name) => `--external=${name}`),
    `--output=${path}`,
    fileURLToPath(new URL(program, import.meta.url)),
  ]);
  globalThis.addEventListener("unload", () => Deno.removeSync(path));
  return path;
}
