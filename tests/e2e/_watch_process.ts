/** A RetryWatcher of this library in a separate process. */

import { fileURLToPath } from "node:url";
import type { ClientConfig } from "../control_plane/control_plane.ts";
import { killIfRunning } from "../control_plane/kill_if_running.ts";

const program = fileURLToPath(new URL("_watch_program.ts", import.meta.url));

/** A line of the program's output. */
export interface WatchLine {
  /** The version from which to continue after this line. */
  readonly version: string;
  /** An event, as text. */
  readonly text?: string | undefined;
  /** Whether the event only marks an object for deletion. */
  readonly announcement?: boolean | undefined;
  /** Whether this is the last line. */
  readonly done?: boolean | undefined;
}

/** Options for {@linkcode WatchProcess.start}. */
export interface WatchProcessOptions {
  /** The server and the user. */
  client: Pick<ClientConfig, "server" | "token" | "caFile">;
  /** The path of the resource. */
  path: string;
  /** The version to watch from. */
  version: string;
  /** The duration of each watch. @default {300_000} */
  watchTimeoutMs?: number | undefined;
  /** Whether to use HTTP/2. @default {false} */
  http2?: boolean | undefined;
}

/** A process that watches. */
export class WatchProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: WatchLine[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #ended: Promise<void>;
  #isOver = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#ended = this.#collect();
  }

  /**
   * Starts a process. It trusts the control plane's authority through Deno's
   * options.
   *
   * @param options The server, resource and version.
   * @returns The process.
   */
  static start(options: WatchProcessOptions): WatchProcess {
    const { client, path, version, watchTimeoutMs = 300_000, http2 = false } =
      options;
    return new WatchProcess(
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-config",
          "--no-lock",
          "--no-check",
          "-A",
          `--cert=${client.caFile}`,
          program,
          client.server,
          path,
          version,
          `${watchTimeoutMs}`,
          ...http2 ? ["h2"] : [],
        ],
        env: { TOKEN: client.token },
        stdin: "piped",
        stdout: "piped",
      }).spawn(),
    );
  }

  /** The lines printed so far. */
  get lines(): readonly WatchLine[] {
    return this.#lines;
  }

  /** The events so far, as text. */
  get texts(): string[] {
    return this.#lines.flatMap(({ text }) => text ?? []);
  }

  /** The last printed version from which to continue. */
  get version(): string {
    return this.#lines.at(-1)?.version ?? "";
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
    holds: (lines: readonly WatchLine[]) => boolean,
  ): Promise<void> {
    while (!holds(this.#lines)) {
      if (this.#isOver) {
        const last = JSON.stringify(this.#lines.at(-1));
        throw new Error(`The process ended without ${what}: last: ${last}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
    }
  }

  /** Lets the process stop its watcher and end. */
  async stop(): Promise<void> {
    if (!this.#isOver) await this.#child.stdin.close();
    await this.#ended;
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    if (!this.#isOver) killIfRunning(this.#child, "SIGKILL");
    await this.#ended;
  }

  /** Kills the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #collect(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#lines.push(JSON.parse(line));
      this.#wake();
    }
    await this.#child.status;
    this.#isOver = true;
    if (!this.#child.stdin.locked) await this.#child.stdin.abort();
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}
