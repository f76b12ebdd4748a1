/**
 * Runs our command line and `kubectl` at the same time with the same arguments,
 * on the same server and with the same kubeconfig.
 */

import { fileURLToPath } from "node:url";
import { packageOptions } from "../../tools/_packages.ts";
import { countOpenedWatches, watchesOpened } from "./_cli.ts";
import { within } from "./_within.ts";
import type { ControlPlane } from "../control_plane/control_plane.ts";
import { findBinary } from "../control_plane/binaries.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The result of a command line. */
export interface Outcome {
  /** The exit status. */
  readonly code: number;
  /** The lines of standard output. */
  readonly stdout: readonly string[];
  /** The lines of standard error. */
  readonly stderr: readonly string[];
}

/** The results of both programs. */
export interface Pair {
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

/** An action while both programs are running. */
export interface Meanwhile {
  /** The resource that both watch before the action. */
  readonly watching: string;
  /** Whether `kubectl` polls instead of watching. @default {false} */
  readonly kubectlPolls?: boolean | undefined;
  /** The action. */
  readonly act: () => Promise<unknown>;
}

/** Options for {@linkcode CliPair.run}. */
export interface PairOptions {
  /** An action while both programs are running. */
  readonly meanwhile?: Meanwhile | undefined;
  /** The standard input of both. */
  readonly stdin?: string | undefined;
  /** The number of output lines after which a program is interrupted. */
  readonly enough?: number | undefined;
}

/** Runs both programs. */
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

  /** Finds both programs. */
  static async create(plane: ControlPlane): Promise<CliPair> {
    return new CliPair(
      plane,
      await plane.kubeconfig(),
      await findBinary("kubectl"),
      await packageOptions(),
    );
  }

  /** Runs both programs and waits until they end. */
  async run(
    args: readonly string[],
    theirArgs: readonly string[] = args,
    options: PairOptions = {},
  ): Promise<Pair> {
    const { meanwhile } = options;
    const before = meanwhile &&
      await countOpenedWatches(this.#plane, meanwhile.watching);
    // Both are killed at the end of the scope.
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
          `both ended too early: ${JSON.stringify({ ours, theirs })}`,
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

/** Aborts its signal when it is disposed. */
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
