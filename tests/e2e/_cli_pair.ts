/**
 * Our command line and `kubectl`, given the same words at the same time, on the
 * same server and with the same kubeconfig.
 */

import { fileURLToPath } from "node:url";
import { packageOptions } from "../../tools/_packages.ts";
import { countOpenedWatches, watchesOpened } from "./_cli.ts";
import { within } from "./_within.ts";
import type { ControlPlane } from "../control_plane/control_plane.ts";
import { findBinary } from "../control_plane/binaries.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How a command line ended. */
export interface Outcome {
  /** Exit status. */
  readonly code: number;
  /** The lines of the result. */
  readonly stdout: readonly string[];
  /** The lines about it. */
  readonly stderr: readonly string[];
}

/** How it ended with each. */
export interface Pair {
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** What is done while both run. */
export interface Meanwhile {
  /** The resource that both watch first. */
  readonly watching: string;
  /** Whether `kubectl` polls instead of watching. @default {false} */
  readonly kubectlPolls?: boolean | undefined;
  /** What is done then. */
  readonly act: () => Promise<unknown>;
}

/** Options of {@linkcode CliPair.run}. */
export interface PairOptions {
  /** What is done while both run. */
  readonly meanwhile?: Meanwhile | undefined;
  /** What both read. */
  readonly stdin?: string | undefined;
  /** How many lines of each are enough: then both are interrupted. */
  readonly enough?: number | undefined;
}

/** Runs both. */
export class CliPair {
  readonly #plane: ControlPlane;
  readonly #kubeconfig: string;
  readonly #kubectl: string;
  readonly #packages: readonly string[];

  private constructor(
    plane: ControlPlane,
    kubeconfig: string,
    kubectl: string,
    packages: readonly string[],
  ) {
    this.#plane = plane;
    this.#kubeconfig = kubeconfig;
    this.#kubectl = kubectl;
    this.#packages = packages;
  }

  /** Finds both. */
  static async create(plane: ControlPlane): Promise<CliPair> {
    return new CliPair(
      plane,
      await plane.kubeconfig(),
      await findBinary("kubectl"),
      await packageOptions(),
    );
  }

  /** Runs both with the same words. */
  async run(
    args: readonly string[],
    theirArgs: readonly string[] = args,
    options: PairOptions = {},
  ): Promise<Pair> {
    const { meanwhile } = options;
    const before = meanwhile &&
      await countOpenedWatches(this.#plane, meanwhile.watching);
    // Neither outlives this, however it ends.
    using ended = new EndOfScope();
    const { signal } = ended;
    const both = Promise.all([
      this.#start(Deno.execPath(), [
        "run",
        "--quiet",
        "-A",
        ...this.#packages,
        "cli.ts",
        ...args,
      ], { ...options, signal }),
      this.#start(this.#kubectl, theirArgs, { ...options, signal }),
    ]);
    if (meanwhile !== undefined && before !== undefined) {
      const tooSoon = both.then(([ours, theirs]) => {
        throw new Error(
          `both ended before they were to: ${JSON.stringify({ ours, theirs })}`,
        );
      });
      const { watching, kubectlPolls = false } = meanwhile;
      const opened = watchesOpened(this.#plane, watching, before, {
        ours: 1,
        kubectl: kubectlPolls ? 0 : 1,
      });
      await Promise.race([opened, tooSoon]);
      await meanwhile.act();
    }
    const [ours, theirs] = await within(`both to end: ${args}`, both);
    return { ours, theirs };
  }

  async #start(
    command: string,
    args: readonly string[],
    { stdin, enough, signal }: PairOptions & { signal: AbortSignal },
  ): Promise<Outcome> {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: root,
      env: {
        HOME: this.#plane.directory,
        DENO_DIR: Deno.env.get("DENO_DIR") ??
          `${Deno.env.get("HOME")}/.cache/deno`,
        KUBECONFIG: this.#kubeconfig,
        NO_COLOR: "1",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      signal,
    }).spawn();
    const input = child.stdin.getWriter();
    if (stdin !== undefined) await input.write(new TextEncoder().encode(stdin));
    await input.close();
    const seen = { lines: 0 };
    const [stdout, stderr, { code }] = await Promise.all([
      read(child.stdout, (text) => {
        seen.lines += text.split("\n").length - 1;
        if (enough !== undefined && seen.lines >= enough) {
          seen.lines = -Infinity;
          child.kill("SIGINT");
        }
      }),
      read(child.stderr, () => {}),
      child.status,
    ]);
    return { code, stdout: linesOf(stdout), stderr: linesOf(stderr) };
  }
}

/** Aborts its signal when it is disposed of. */
class EndOfScope implements Disposable {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}

async function read(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText: (text: string) => void,
): Promise<string> {
  let whole = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    whole += text;
    onText(text);
  }
  return whole;
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
