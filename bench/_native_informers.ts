/**
 * Informers in other languages as peers: client-go's dynamic informer, and
 * kube-rs' reflector. Each is left out where what builds it is not installed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { BusyRun } from "./_run_busy.ts";
import type { InformerRun } from "./_run_informer.ts";

/** An informer in another language. */
export interface NativeInformer {
  /** Its printed name. */
  readonly name: string;
  /** Fills its cache with a number of pods of a server, in a new process. */
  readonly run: (server: string, count: number) => Promise<InformerRun>;
}

/** Where the programs are kept, outside of the repository. */
const CACHE = `${
  Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`
}/watchtools`;

const GO = {
  program: `${CACHE}/informer_go/informer`,
  build: ["go", "build", "-o", `${CACHE}/informer_go/informer`, "."],
  directory: "informer_go/",
};

const NO_GO = "client-go is left out: Go is not installed";

const RUST = {
  program: `${CACHE}/informer_rs/release/informer_rs`,
  build: [
    "cargo",
    "build",
    "--quiet",
    "--release",
    "--locked",
    "--target-dir",
    `${CACHE}/informer_rs`,
  ],
  directory: "informer_rs/",
};

/**
 * Builds the informers in other languages. That takes minutes the first time.
 *
 * @param report Called with a line for each language that is left out.
 * @returns The informers that could be built.
 * @throws {Error} If a build fails.
 */
export async function nativeInformers(
  report: (line: string) => void,
): Promise<NativeInformer[]> {
  const informers: NativeInformer[] = [];
  if (await build(GO)) {
    informers.push(
      { name: "client-go, WatchList", run: (...of) => run(GO, of, {}) },
      {
        name: "client-go, LIST in pages",
        run: (...of) => run(GO, of, { KUBE_FEATURE_WatchListClient: "false" }),
      },
    );
  } else report(NO_GO);
  if (await build(RUST)) {
    informers.push(
      {
        name: "kube-rs, WatchList",
        run: (...of) => run(RUST, [...of, "watch-list"], {}),
      },
      {
        name: "kube-rs, LIST in pages",
        run: (...of) => run(RUST, [...of, "list"], {}),
      },
    );
  } else report("kube-rs is left out: Cargo is not installed");
  return informers;
}

/**
 * Builds client-go's informer for the endurance benchmark.
 *
 * @param report Called with a line if it is left out.
 * @returns A function that keeps its cache current up to a version; undefined
 *   if Go is not installed.
 * @throws {Error} If the build fails.
 */
export async function busyGo(
  report: (line: string) => void,
): Promise<BusyGo | undefined> {
  if (!await build(GO)) return void report(NO_GO);
  return async (...of) => JSON.parse(await output(GO.program, of, {}));
}

/** Keeps the cache for the pods of a server current up to a version. */
export type BusyGo = (
  server: string,
  count: string,
  last: string,
) => Promise<BusyRun>;

/** Whether it was built; false if there is nothing to build it with. */
async function build(
  { build, directory }: { build: readonly string[]; directory: string },
): Promise<boolean> {
  const [command = "", ...args] = build;
  try {
    await output(command, args, { cwd: pathOf(directory) });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(
  { program }: { program: string },
  args: readonly (string | number)[],
  env: Record<string, string>,
): Promise<InformerRun> {
  return JSON.parse(await output(program, args.map(String), { env }));
}

function pathOf(directory: string): string {
  return fileURLToPath(new URL(directory, import.meta.url));
}

async function output(
  command: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...options,
  }).output();
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new Error(`${command} failed: ${decoder.decode(stderr)}`);
}
