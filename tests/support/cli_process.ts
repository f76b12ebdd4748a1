/**
 * Runs the command line and other scripts as separate processes.
 *
 * @module
 */

import { killIfRunning } from "../control_plane/kill_if_running.ts";
import { packageOptions } from "../../tools/_packages.ts";

const ROOT = new URL("../../", import.meta.url);

/** Tests must not use the kubeconfig of the machine. */
const NO_KUBECONFIG = "/no/such/kubeconfig";

/** The result of a process. */
export interface CliOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options for {@linkcode startCli}. */
export interface CliProcessOptions {
  /** Additional environment variables. */
  env?: Record<string, string>;
  /** Whether its standard input is an open pipe without data. */
  input?: boolean;
  /** The permission flags. @default {["-A"]} */
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

  /** Resolves when a text has been written to stdout. */
  async printed(text: string): Promise<void> {
    await this.#stdout.contains(text);
  }

  /** Resolves when a text has been written to stderr. */
  async told(text: string): Promise<void> {
    await this.#stderr.contains(text);
  }

  /** Closes the read end of its stdout. */
  async stopReading(): Promise<void> {
    await this.#stdout.cancel();
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Kills the process if it is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    killIfRunning(this.#child, "SIGKILL");
    await this.ended();
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<CliOutcome> {
    const [{ code }, stdout, stderr] = await Promise.all([
      this.#child.status,
      this.#stdout.whole(),
      this.#stderr.whole(),
    ]);
    // The reader has canceled the stream, which is not an error.
    await this.#input?.close().catch(() => {});
    return { code, stdout, stderr };
  }
}

/** Collects the output of a process, and resolves when a text has arrived. */
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

  /** Rejects if the text can no longer arrive. */
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
 * @param script The path in the project, and the arguments.
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
 * Runs a command to completion.
 *
 * @param args The arguments.
 * @param options The environment.
 * @returns The result.
 */
export async function runCli(
  args: readonly string[],
  options?: CliProcessOptions,
): Promise<CliOutcome> {
  return await (await startCli(args, options)).ended();
}
