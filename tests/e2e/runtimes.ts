/**
 * The runtimes on which the end-to-end tests run programs: the Deno that runs
 * the tests, and Node and Bun from npm, which are installed once in the cache
 * directory of the control plane's programs, with the packages that this
 * library needs.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

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

/** Returns the package with a runtime for this machine, and the file in it. */
function runtimePackage(runtime: "node" | "bun"): [string, string] {
  const { os, arch } = Deno.build;
  const isArm = arch === "aarch64";
  return runtime === "node"
    ? [`node-${os}-${isArm ? "arm64" : "x64"}`, "node"]
    : [`@oven/bun-${os}-${isArm ? "aarch64" : "x64"}`, "bun"];
}

async function install(): Promise<string> {
  const config: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const specifiers = [
    `${runtimePackage("node")[0]}@^24`,
    `${runtimePackage("bun")[0]}@^1.4`,
    ...packages.map((name) => config.imports[name]?.replace(/^npm:/, "")),
  ].filter((specifier) => specifier !== undefined);
  const directory = `${cacheDirectory()}/${await digestOf(specifiers)}`;
  await Deno.mkdir(directory, { recursive: true });
  // The lock is released when the file is closed or this process dies.
  using lock = await Deno.open(`${directory}/.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  if (await exists(`${directory}/.installed`)) return directory;
  tell(`Installing ${specifiers.join(", ")}`);
  await run("npm", [
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts",
    `--prefix=${directory}`,
    ...specifiers,
  ]);
  await Deno.writeTextFile(`${directory}/.installed`, "");
  return directory;
}

function cacheDirectory(): string {
  const { XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  const base = XDG_CACHE_HOME ||
    (HOME === undefined ? undefined : `${HOME}/.cache`);
  if (base === undefined) {
    throw new Error(
      "Cannot choose a cache directory: set HOME or XDG_CACHE_HOME",
    );
  }
  return `${base}/watchtools/runtimes`;
}

async function digestOf(specifiers: readonly string[]): Promise<string> {
  const text = [Deno.build.target, ...specifiers].join("\0");
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return new Uint8Array(digest).toHex().slice(0, 16);
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

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).trim();
  throw new Error(`${command} ${args[0]} failed: ${text}`);
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
