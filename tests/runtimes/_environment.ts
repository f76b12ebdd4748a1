/**
 * The runtimes, installed from npm, and the built package in a directory of its
 * own, installed as a user would.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  installPackages,
  run,
  runtimePackage,
} from "../support/npm_installation.ts";

const HERE = new URL("./", import.meta.url);
const ROOT = new URL("../../", HERE);

/** The versions of Node that the suite runs on. */
const NODE_VERSIONS = [22, 24, 26];

/** The versions of TypeScript that check the declarations. */
const TYPESCRIPT = [
  { name: "typescript-oldest", range: "~5.9.3" },
  { name: "typescript-newest", range: "latest" },
];

/** What the types of `./client-node` need, and what those need. */
const PEERS = [
  "@kubernetes/client-node@^2.0.1",
  "@opentelemetry/api@^1.9.0",
  "@types/node@^24",
  "@types/ws",
];

/** What a suite runs in. */
export interface Target {
  /** The name, with the version: a column of the table. */
  readonly name: string;
  /** Why it cannot be had, or the command line for a stage. */
  readonly command:
    | string
    | ((stage: string) => { command: string; args: string[] });
  /** Whether it is ended when the suite is over, as it does not end itself. */
  readonly staysOpen: boolean;
}

/** Everything that the suite needs. */
export interface Environment {
  /** The command line that runs the example of a worker. */
  readonly example: (bindings: Readonly<Record<string, string>>) => {
    readonly command: string;
    readonly args: string[];
  };
  readonly targets: readonly Target[];
  /** The directory with the installed package. */
  readonly directory: string;
  /**
   * Bundles a file in that directory, minified, as a user's bundler does, for
   * any runtime, or for Node.
   */
  readonly minify: (
    input: string,
    output: string,
    platform?: "node",
  ) => Promise<void>;
  /** The compilers, to be run by the last version of Node. */
  readonly compilers: readonly {
    readonly command: string;
    readonly args: readonly string[];
  }[];
  /** The page and its script, by path. */
  readonly page: ReadonlyMap<string, string>;
}

/**
 * Installs the runtimes and the package.
 *
 * @param directory An empty directory for the package.
 * @returns What a suite needs.
 */
export async function prepareEnvironment(
  directory: string,
): Promise<Environment> {
  const [nodePackage, node] = runtimePackage("node");
  const [bunPackage, bun] = runtimePackage("bun");
  const tools = await installPackages([
    ...NODE_VERSIONS.map((major) =>
      `node${major}@npm:${nodePackage}@^${major}`
    ),
    `${bunPackage}@^1.4`,
    "esbuild@~0.28.2",
    "miniflare@^4.20260730.0",
    ...TYPESCRIPT.map(({ name, range }) => `${name}@npm:typescript@${range}`),
  ]);
  await installPackage(directory);
  const bundle = bundler(tools, directory);
  const program = await bundle("_process_program.ts", "process.mjs", true);
  const worker = await bundle("_worker_program.ts", "worker.mjs");
  const example = await bundle("../../examples/worker.ts", "example.mjs");
  const script = await bundle("_page_program.ts", "page.js");
  const nodeOf = (major: number) =>
    `${tools}/node_modules/node${major}/bin/${node}`;
  const bunPath = `${tools}/node_modules/${bunPackage}/bin/${bun}`;
  // Miniflare is resolved from where the script is.
  const [miniflare = "", exampleHost = ""] = await Promise.all(
    ["_miniflare_program.mjs", "_example_host.mjs"].map(async (name) => {
      const path = `${tools}/${Deno.pid}${name}`;
      await Deno.copyFile(new URL(name, HERE), path);
      addEventListener("unload", () => Deno.removeSync(path));
      return path;
    }),
  );
  const inWorker = (how: string): Target => ({
    name: `workerd, ${how}`,
    command: (stage) => ({
      command: nodeOf(24),
      args: [miniflare, worker, stage, how],
    }),
    staysOpen: false,
  });
  return {
    directory,
    minify: minifier(tools, directory),
    compilers: TYPESCRIPT.map(({ name }) => ({
      command: nodeOf(24),
      args: [`${tools}/node_modules/${name}/bin/tsc`],
    })),
    example: (bindings) => ({
      command: nodeOf(24),
      args: [exampleHost, example, JSON.stringify(bindings)],
    }),
    targets: [
      {
        name: `Deno ${Deno.version.deno}`,
        command: (stage) => ({
          command: Deno.execPath(),
          args: [
            "run",
            "-A",
            "--quiet",
            "--node-modules-dir=manual",
            "--no-lock",
            program,
            stage,
          ],
        }),
        staysOpen: false,
      },
      ...await Promise.all(
        NODE_VERSIONS.map((major) => process("Node", nodeOf(major), program)),
      ),
      await process("Bun", bunPath, program),
      ...["fetch", "scheduled", "object"].map(inWorker),
      await browser(directory),
    ],
    page: new Map([
      ["/", '<!doctype html><script type="module" src="/page.js"></script>'],
      ["/page.js", await Deno.readTextFile(script)],
    ]),
  };
}

/** Builds the package and installs it from its tarball. */
async function installPackage(directory: string): Promise<void> {
  const built = `${directory}/built`;
  await run(Deno.execPath(), [
    "run",
    "-A",
    "--no-config",
    "--no-lock",
    fileURLToPath(new URL("tools/build_npm.ts", ROOT)),
    built,
  ]);
  await run("npm", ["pack", built, `--pack-destination=${directory}`]);
  const tarballs = Array.from(Deno.readDirSync(directory))
    .filter(({ name }) => name.endsWith(".tgz"))
    .map(({ name }) => `${directory}/${name}`);
  await Deno.writeTextFile(`${directory}/package.json`, '{"type":"module"}');
  await run("npm", [
    "install",
    "--no-audit",
    "--no-fund",
    `--prefix=${directory}`,
    ...tarballs,
    ...PEERS,
  ]);
}

/** The program of esbuild for this machine. */
function esbuildIn(tools: string): string {
  const { os, arch } = Deno.build;
  const machine = `${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  return `${tools}/node_modules/@esbuild/${machine}/bin/esbuild`;
}

function minifier(tools: string, directory: string): Environment["minify"] {
  return async (input, output, platform) => {
    await run(esbuildIn(tools), [
      `${directory}/${input}`,
      "--bundle",
      "--minify",
      ...platform === undefined ? [] : [`--platform=${platform}`],
      "--format=esm",
      "--target=es2022",
      "--log-level=error",
      `--outfile=${directory}/${output}`,
    ]);
  };
}

/** Compiles programs, with the installed package inside or beside them. */
function bundler(tools: string, directory: string) {
  return async (program: string, output: string, external = false) => {
    const path = `${directory}/${output}`;
    const outside = external
      ? ["--external:@watchtools/*"]
      : ["--external:@kubernetes/client-node"];
    await run(esbuildIn(tools), [
      fileURLToPath(new URL(program, HERE)),
      "--bundle",
      "--format=esm",
      "--target=es2022",
      "--external:node:*",
      "--log-level=error",
      ...outside,
      `--outfile=${path}`,
    ], { NODE_PATH: `${directory}/node_modules` });
    return path;
  };
}

async function process(
  name: string,
  command: string,
  program: string,
): Promise<Target> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] })
    .output();
  const version = new TextDecoder().decode(stdout).trim().replace(/^v/, "");
  return {
    name: `${name} ${version}`,
    command: (stage) => ({ command, args: [program, stage] }),
    staysOpen: false,
  };
}

/** Debian's Chromium, or another that is installed. */
async function browser(directory: string): Promise<Target> {
  for (const command of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      const { stdout } = await new Deno.Command(command, {
        args: ["--version"],
        stderr: "null",
      }).output();
      const [version] = new TextDecoder().decode(stdout).match(/\d+/) ?? [""];
      return {
        name: `Chromium ${version}`,
        command: (stage) => ({
          command,
          args: [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            `--user-data-dir=${directory}/chromium`,
            // It knows no authority but those that are installed.
            "--ignore-certificate-errors",
            // The page's host differs from the servers' by its port.
            `${stage}/`,
          ],
        }),
        staysOpen: true,
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return {
    name: "Chromium",
    command: "chromium is not installed (apt-get install chromium)",
    staysOpen: true,
  };
}
