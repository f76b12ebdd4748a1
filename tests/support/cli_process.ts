/**
 * The command line, and other scripts, as processes of their own.
 *
 * @module
 */

import { packageOptions } from "../../tools/_packages.ts";

const ROOT = new URL("../../", import.meta.url);

/** Nobody's own cluster is meant where a test names a server. */
const NO_KUBECONFIG = "/no/such/kubeconfig";

/** How a process ended. */
export interface CliOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options of {@linkcode startCli}. */
export interface CliProcessOptions {
  /** Environment variables beside those of this process. */
  env?: Record<string, string>;
  /** Whether it has a standard input, in which nothing ever comes. */
  input?: boolean;
  /** What it may do. @default {["-A"]} */
  permissions?: readonly string[];
}

let packages: Promise<readonly string[]> | undefined;

/** A running command. */
export class CliProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStream | undefined;
  readonly #stdout: Collector;
  readonly #stderr: Collector;

  constructor(child: Deno.ChildProcess, input?: WritableStream) {
    this.#child = child;
    this.#input = input;
    this.#stdout = new Collector(child.stdout);
    this.#stderr = new Collector(child.stderr);
  }

  /** Resolves when a text has come on stdout. */
  async printed(text: string): Promise<void> {
    await this.#stdout.contains(text);
  }

  /** Resolves when a text has come on stderr. */
  async told(text: string): Promise<void> {
    await this.#stderr.contains(text);
  }

  /** Closes the reading end of its stdout. */
  async stopReading(): Promise<void> {
    await this.#stdout.cancel();
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends it on the spot, where it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }

  /** Resolves when it has ended. */
  async ended(): Promise<CliOutcome> {
    const [{ code }, stdout, stderr] = await Promise.all([
      this.#child.status,
      this.#stdout.whole(),
      this.#stderr.whole(),
    ]);
    // Nobody reads it any more, which is no failure.
    await this.#input?.close().catch(() => {});
    return { code, stdout, stderr };
  }
}

/** Collects what a process writes, and tells when something has come. */
class Collector {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #done: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    this.#done = this.#collect();
  }

  async whole(): Promise<string> {
    await this.#done;
    return this.#text;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
    await this.#done;
  }

  /** Rejects where it can no longer come. */
  contains(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (this.#text.includes(text)) resolve();
    };
    this.#waiting.add(check);
    check();
    this.#done.then(() =>
      reject(new Error(`Never wrote ${JSON.stringify(text)}: ${this.#text}`))
    );
    return promise;
  }

  async #collect(): Promise<void> {
    while (true) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#text += value;
      for (const check of this.#waiting) check();
    }
  }
}

/**
 * Starts a command.
 *
 * @param args The arguments.
 * @param options The environment.
 * @returns The running process.
 */
export async function startCli(
  args: readonly string[],
  options?: CliProcessOptions,
): Promise<CliProcess> {
  return await startScript(["cli.ts", ...args], options);
}

/**
 * Starts a script of this project.
 *
 * @param script Its path in the project, and its arguments.
 * @param options The environment.
 * @returns The running process.
 */
export async function startScript(
  script: readonly string[],
  { env = {}, input = false, permissions = ["-A"] }: CliProcessOptions = {},
): Promise<CliProcess> {
  packages ??= packageOptions();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", ...await packages],
      ...permissions,
      ...script,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", DEBUG: "", KUBECONFIG: NO_KUBECONFIG, ...env },
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new CliProcess(child, input ? child.stdin : undefined);
}

/**
 * Runs a command to its end.
 *
 * @param args The arguments.
 * @param options The environment.
 * @returns How it ended.
 */
export async function runCli(
  args: readonly string[],
  options?: CliProcessOptions,
): Promise<CliOutcome> {
  return await (await startCli(args, options)).ended();
}
