/**
 * Processes that never outlive their parent. Each is started through a shell
 * that writes its process ID to the group's directory and then executes the
 * program, whose output goes to a log in that directory. A watchdog, a shell in
 * its own session, reads a pipe from this process. The pipe closes when this
 * process ends in any way (Ctrl-C, SIGTERM, SIGKILL); the watchdog then kills
 * the processes listed in the directory and removes it. No signal handlers are
 * needed.
 */

import { setTimeout as delay } from "node:timers/promises";
import { killIfRunning } from "./kill_if_running.ts";

const startScript = 'echo $$ >"$0.pid" && exec "$@" >>"$0.log" 2>&1';

const watchdogScript = `
cat >/dev/null
for file in "$0"/*.pid; do
  [ -e "$file" ] && kill -KILL "$(cat "$file")"
done
for attempt in 1 2 3 4 5; do
  rm -rf "$0" && break
  sleep 1
done`;

const logLines = 30;
const probeTimeoutMs = 2000;
const probeIntervalMs = 50;

/** A process could not be started, or ended unexpectedly. */
export class ProcessError extends Error {
  /** Always `"ProcessError"`. */
  override name = "ProcessError";
  /** The name of the process. */
  readonly process: string;
  /** The last lines of its log. */
  readonly log: string;

  /**
   * Creates the error; the last lines of the log are appended to the message.
   */
  constructor(
    process: string,
    message: string,
    log: string,
    options?: ErrorOptions,
  ) {
    const end = log === "" ? "" : `\nThe end of the log of ${process}:\n${log}`;
    super(`${message}${end}`, options);
    this.process = process;
    this.log = log;
  }
}

/** Options for {@linkcode ProcessGroup.start}. */
export interface ProcessOptions {
  /** The name, used in messages and for the log. */
  name: string;
  /** The path of the program. */
  command: string;
  /** The arguments. */
  args: readonly string[];
}

/** A process of a {@linkcode ProcessGroup}. */
export class ManagedProcess {
  /** The name, used in messages and for the log. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #path: string;
  readonly #ended: Promise<void>;
  #status: Deno.CommandStatus | undefined;
  #stopping = false;

  /** Called only by {@linkcode ProcessGroup}. */
  constructor(name: string, path: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#path = path;
    this.#child = child;
    this.#ended = this.#watch();
  }

  /** The process ID. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether the process ended without being stopped. */
  get died(): boolean {
    return this.#status !== undefined && !this.#stopping;
  }

  /**
   * Waits until a probe succeeds.
   *
   * @param probe Called repeatedly until it resolves.
   * @param timeoutMs How long to wait.
   * @throws {ProcessError} If the process ends first or the time is up.
   */
  async ready(
    probe: (signal: AbortSignal) => Promise<unknown>,
    timeoutMs: number,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (true) {
      const failure = await failureOf(probe);
      if (this.#status !== undefined) {
        throw await this.failure(
          `Cannot start ${this.name}: ${this.#describeEnd()} before it was ready`,
        );
      }
      if (failure === undefined) return;
      if (performance.now() > deadline) {
        throw await this.failure(
          `Cannot start ${this.name}: it was not ready after ${timeoutMs} ms: ` +
            failure.message,
          failure,
        );
      }
      await delay(probeIntervalMs);
    }
  }

  /**
   * Stops the process and waits until it has ended.
   *
   * @param signal The signal to send.
   * @param timeoutMs After how long to send SIGKILL.
   */
  async stop(
    signal: "SIGTERM" | "SIGKILL",
    timeoutMs = 60_000,
  ): Promise<void> {
    if (this.#status === undefined) {
      this.#stopping = true;
      this.#kill(signal);
      const timer = setTimeout(() => this.#kill("SIGKILL"), timeoutMs);
      try {
        await this.#ended;
      } finally {
        clearTimeout(timer);
      }
    }
    await this.#ended;
  }

  /** Returns the last lines of its log; empty if there are none. */
  async logEnd(): Promise<string> {
    try {
      const log = await Deno.readTextFile(`${this.#path}.log`);
      return log.trimEnd().split("\n").slice(-logLines).join("\n");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** Creates an error about this process with the last lines of its log. */
  async failure(message: string, cause?: unknown): Promise<ProcessError> {
    const options = cause === undefined ? undefined : { cause };
    return new ProcessError(this.name, message, await this.logEnd(), options);
  }

  /** Creates an error about an unexpected end. */
  async unexpectedEnd(): Promise<ProcessError> {
    return await this.failure(
      `${this.name} did not stay up: ${this.#describeEnd()}`,
    );
  }

  async #watch(): Promise<void> {
    this.#status = await this.#child.status;
    // The process ID may soon be reused.
    await removeIfThere(`${this.#path}.pid`);
  }

  #kill(signal: "SIGTERM" | "SIGKILL"): void {
    killIfRunning(this.#child, signal);
  }

  #describeEnd(): string {
    const signal = this.#status?.signal;
    if (typeof signal === "string") return `it was ended by ${signal}`;
    return `it ended with code ${this.#status?.code}`;
  }
}

/**
 * A group of processes that end together, with a directory for files and logs.
 */
export class ProcessGroup implements AsyncDisposable {
  /** A directory that is always removed at the end. */
  readonly directory: string;
  readonly #watchdog: Deno.ChildProcess;
  readonly #processes = new Map<string, ManagedProcess>();

  private constructor(directory: string, watchdog: Deno.ChildProcess) {
    this.directory = directory;
    this.#watchdog = watchdog;
  }

  /** Creates an empty group and starts its watchdog. */
  static async create(): Promise<ProcessGroup> {
    const directory = await Deno.makeTempDir({ prefix: "watchtools-e2e-" });
    const watchdog = new Deno.Command("sh", {
      args: ["-c", watchdogScript, directory],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // Ctrl-C in the terminal must not reach it
    }).spawn();
    return new ProcessGroup(directory, watchdog);
  }

  /**
   * Starts a process. A previous one with the same name must have ended.
   *
   * @param options The program and its arguments.
   * @returns The process, which may not be ready yet.
   * @throws {ProcessError} If the program does not exist.
   */
  async start(options: ProcessOptions): Promise<ManagedProcess> {
    const { name, command, args } = options;
    try {
      await Deno.stat(command);
    } catch (cause) {
      const message = `Cannot start ${name}: cannot find its program: ` +
        `'${command}'`;
      throw new ProcessError(name, message, "", { cause });
    }
    const path = `${this.directory}/${name}`;
    const child = new Deno.Command("sh", {
      args: ["-c", startScript, path, command, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    const process = new ManagedProcess(name, path, child);
    this.#processes.set(name, process);
    return process;
  }

  /** Returns the last lines of all logs, each under the name of its process. */
  async logEnds(): Promise<string> {
    const ends: string[] = [];
    for (const process of this.#processes.values()) {
      ends.push(`--- ${process.name}\n${await process.logEnd()}`);
    }
    return ends.join("\n");
  }

  /**
   * Stops all processes and removes the directory.
   *
   * @throws {ProcessError} If one of them has ended unexpectedly.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const processes = [...this.#processes.values()];
    const dead = processes.find((process) => process.died);
    const error = await dead?.unexpectedEnd();
    await Promise.all(processes.map((process) => process.stop("SIGKILL")));
    // The watchdog has nothing left to kill and removes the directory.
    await this.#watchdog.stdin.close();
    await this.#watchdog.status;
    if (error !== undefined) throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function failureOf(
  probe: (signal: AbortSignal) => Promise<unknown>,
): Promise<Error | undefined> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error("no answer")),
    probeTimeoutMs,
  );
  try {
    await probe(controller.signal);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
