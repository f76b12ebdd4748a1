/**
 * Processes that never outlive the one that started them. Each is started
 * through a shell that first writes its process id into the group's folder and
 * then becomes the program, whose output goes to a log in that folder. A
 * watchdog, a shell in a session of its own, reads a pipe from this process: the
 * pipe ends with this process however that dies (Ctrl-C, SIGTERM, SIGKILL), and
 * the watchdog then kills what the folder names and removes the folder. So
 * nothing here listens to signals.
 */

import { setTimeout as delay } from "node:timers/promises";

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

/** A process could not be started, or ended when it should not have. */
export class ProcessError extends Error {
  /** Always `"ProcessError"`. */
  override name = "ProcessError";
  /** The name of the process. */
  readonly process: string;
  /** The end of its log. */
  readonly log: string;

  /** The log's end becomes the end of the message. */
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

/** What {@linkcode ProcessGroup.start} starts. */
export interface ProcessOptions {
  /** Name in messages, and of the log. */
  name: string;
  /** Path of the program. */
  command: string;
  /** Its arguments. */
  args: readonly string[];
}

/** One process of a {@linkcode ProcessGroup}. */
export class ManagedProcess {
  /** Name in messages, and of the log. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #path: string;
  readonly #ended: Promise<void>;
  #status: Deno.CommandStatus | undefined;
  #stopping = false;

  /** Only a group makes one. */
  constructor(name: string, path: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#path = path;
    this.#child = child;
    this.#ended = this.#watch();
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it ended without having been asked to. */
  get died(): boolean {
    return this.#status !== undefined && !this.#stopping;
  }

  /**
   * Waits until a probe succeeds.
   *
   * @param probe Tried again and again until it resolves.
   * @param timeoutMs For how long.
   * @throws {ProcessError} If it ends first, or time is up.
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
   * Ends the process and waits until it has.
   *
   * @param signal How.
   * @param timeoutMs After so long, by SIGKILL.
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

  /** The last lines of its log; empty when it wrote none. */
  async logEnd(): Promise<string> {
    try {
      const log = await Deno.readTextFile(`${this.#path}.log`);
      return log.trimEnd().split("\n").slice(-logLines).join("\n");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** An error about this process that carries the end of its log. */
  async failure(message: string, cause?: unknown): Promise<ProcessError> {
    const options = cause === undefined ? undefined : { cause };
    return new ProcessError(this.name, message, await this.logEnd(), options);
  }

  /** An error about an end that nobody asked for. */
  async unexpectedEnd(): Promise<ProcessError> {
    return await this.failure(
      `${this.name} did not stay up: ${this.#describeEnd()}`,
    );
  }

  async #watch(): Promise<void> {
    this.#status = await this.#child.status;
    // The process id may soon be another's.
    await removeIfThere(`${this.#path}.pid`);
  }

  #kill(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended, and its status is about to tell.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #describeEnd(): string {
    const signal = this.#status?.signal;
    if (typeof signal === "string") return `it was ended by ${signal}`;
    return `it ended with code ${this.#status?.code}`;
  }
}

/** Processes with a folder for their files and logs, ended together. */
export class ProcessGroup implements AsyncDisposable {
  /** Removed at the end, whatever that end is. */
  readonly folder: string;
  readonly #watchdog: Deno.ChildProcess;
  readonly #processes = new Map<string, ManagedProcess>();

  private constructor(folder: string, watchdog: Deno.ChildProcess) {
    this.folder = folder;
    this.#watchdog = watchdog;
  }

  /** A group without processes, watched from now on. */
  static async create(): Promise<ProcessGroup> {
    const folder = await Deno.makeTempDir({ prefix: "watchtools-e2e-" });
    const watchdog = new Deno.Command("sh", {
      args: ["-c", watchdogScript, folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // A Ctrl-C of the terminal is not for it
    }).spawn();
    return new ProcessGroup(folder, watchdog);
  }

  /**
   * Starts a process. One of the same name must have ended.
   *
   * @param options Which.
   * @returns The process, which may not be ready yet.
   * @throws {ProcessError} If there is no such program.
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
    const path = `${this.folder}/${name}`;
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

  /** The ends of all logs, each under the name of its process. */
  async logEnds(): Promise<string> {
    const ends: string[] = [];
    for (const process of this.#processes.values()) {
      ends.push(`--- ${process.name}\n${await process.logEnd()}`);
    }
    return ends.join("\n");
  }

  /**
   * Ends all processes and removes the folder.
   *
   * @throws {ProcessError} If one of them had ended before, unasked.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const processes = [...this.#processes.values()];
    const dead = processes.find((process) => process.died);
    const error = await dead?.unexpectedEnd();
    await Promise.all(processes.map((process) => process.stop("SIGKILL")));
    // The watchdog finds nothing to kill, and removes the folder.
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
