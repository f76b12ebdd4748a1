/** A `Cluster` in a separate process, on Deno, Node or Bun. */

import type { ClusterProgram, ClusterProgramLine } from "./_cluster_program.ts";
import { killIfRunning } from "../control_plane/kill_if_running.ts";
import { type Runtime, runtimeCommand } from "./runtimes.ts";

/** Options for {@linkcode ClusterProcess.start}. */
export interface ClusterProcessOptions extends ClusterProgram {
  /** The runtime. */
  runtime: Runtime;
  /** Environment variables. */
  env?: Readonly<Record<string, string>> | undefined;
}

/** A process that uses a cluster. */
export class ClusterProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ClusterProgramLine[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #ended: Promise<void>;
  #stderr = "";
  #isOver = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#ended = this.#collect();
  }

  /**
   * Starts a process. It does not see a kubeconfig of this machine.
   *
   * @param options The runtime, and what the program does.
   * @returns The process.
   */
  static async start(options: ClusterProcessOptions): Promise<ClusterProcess> {
    const { runtime, env, ...spec } = options;
    const { command, args } = await runtimeCommand(
      runtime,
      "_cluster_program.ts",
    );
    const child = new Deno.Command(command, {
      args: [...args, JSON.stringify(spec)],
      env: { KUBECONFIG: "/nowhere/kubeconfig", NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new ClusterProcess(child);
  }

  /**
   * Runs a process to completion.
   *
   * @param options The runtime, and what the program does.
   * @returns The printed lines; the last line but one contains the error, if
   *   any.
   */
  static async run(
    options: ClusterProcessOptions,
  ): Promise<readonly ClusterProgramLine[]> {
    await using process = await ClusterProcess.start(options);
    await process.stop();
    return process.lines;
  }

  /** The lines printed so far. */
  get lines(): readonly ClusterProgramLine[] {
    return this.#lines;
  }

  /** The events so far that the server acknowledged, as text. */
  get acknowledged(): string[] {
    return this.#lines.filter(({ announcement }) => !announcement)
      .flatMap(({ text }) => text ?? []);
  }

  /** The standard error output so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Waits until the printed lines satisfy a condition.
   *
   * @param what A description of the condition, for the message.
   * @param holds Returns whether the condition holds.
   * @throws {Error} If the process ends first.
   */
  async until(
    what: string,
    holds: (lines: readonly ClusterProgramLine[]) => boolean,
  ): Promise<void> {
    while (!holds(this.#lines)) {
      if (this.#isOver) {
        const last = JSON.stringify(this.#lines.at(-2));
        throw new Error(
          `The process ended without ${what}: ${last}: ${this.#stderr}`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
    }
  }

  /** Lets the process end, which it does by itself. */
  async stop(): Promise<void> {
    if (!this.#isOver && !this.#child.stdin.locked) {
      await this.#child.stdin.close().catch(() => {});
    }
    await this.#ended;
  }

  /** Kills the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) killIfRunning(this.#child, "SIGKILL");
    await this.#ended;
  }

  async #collect(): Promise<void> {
    await Promise.all([this.#collectLines(), this.#collectErrors()]);
    await this.#child.status;
    this.#isOver = true;
    await this.#child.stdin.abort().catch(() => {});
    this.#wake();
  }

  async #collectLines(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#lines.push(JSON.parse(line));
      this.#wake();
    }
  }

  async #collectErrors(): Promise<void> {
    const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) this.#stderr += chunk;
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}
