/**
 * Packages and runtimes from npm, each set installed once in the cache directory
 * of the control plane's programs.
 *
 * @module
 */

/**
 * Returns the package with a runtime for this machine, and its program.
 *
 * @param runtime The runtime.
 * @returns The name of the package, and that of the file in its `bin/`.
 */
export function runtimePackage(runtime: "node" | "bun"): [string, string] {
  const { os, arch } = Deno.build;
  const isArm = arch === "aarch64";
  return runtime === "node"
    ? [`node-${os}-${isArm ? "arm64" : "x64"}`, "node"]
    : [`@oven/bun-${os}-${isArm ? "aarch64" : "x64"}`, "bun"];
}

/**
 * Installs packages, unless they have been installed before.
 *
 * @param specifiers The packages, as for `npm install`.
 * @returns The directory that contains their `node_modules/`.
 */
export async function installPackages(
  specifiers: readonly string[],
): Promise<string> {
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

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs a program to its end.
 *
 * @param command The program.
 * @param args Its arguments.
 * @param env Variables to add to the environment.
 * @throws If it fails, with what it has written to stderr.
 */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { ...env },
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
