/**
 * Runs a program and collects its output, with a timeout, an abort signal and
 * no standard input that it could wait on.
 *
 * The program gets a process group of its own (other than on Windows), so that
 * those that it has started are terminated with it: a plugin is often a shell
 * script around the program that hangs.
 *
 * @module
 */

import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { isRecord } from "../internal/json_fields.ts";
import { startTimer, type Timer } from "../internal/timer.ts";

/** How a program ended. */
export type ProgramResult =
  | {
    readonly type: "exited";
    /** The exit code, or the signal that terminated it. */
    readonly status: string;
    readonly stdout: string;
    readonly stderr: string;
  }
  | { readonly type: "not started"; readonly reason: string }
  | { readonly type: "timed out" };

/** Options for {@linkcode runProgram}. */
export interface RunProgramOptions {
  /** Environment variables, in addition to those of this process. */
  env: Readonly<Record<string, string>>;
  /** Milliseconds after which it is terminated. */
  timeoutMs: number;
  /** Terminates it. */
  signal: AbortSignal;
}

/** How much output is kept; a credential is never longer. */
const MAX_OUTPUT_CHARACTERS = 1 << 20;

/**
 * How long a program may run after SIGTERM before it is killed, and how long
 * its output may stay open after its exit.
 */
const GRACE_MS = 500;

/** How often to look whether all programs of a group have exited. */
const POLL_MS = 10;

/**
 * Runs a program. When the promise settles, the program has exited; when it was
 * terminated, so have those that it had started. One that exits by itself may
 * leave others running, such as a cache for its tokens.
 *
 * @param command The name or path of the program.
 * @param args Its arguments.
 * @param options Its environment, the timeout and the signal.
 * @returns How it ended.
 * @throws The signal's reason if it is aborted.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, timeoutMs, signal }: RunProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  // Loaded on demand: on Deno a `node:` module slows down the start.
  const { spawn } = await import("node:child_process");
  const { default: process } = await import("node:process");
  signal.throwIfAborted();
  const detached = process.platform !== "win32";
  let child: ChildProcessByStdio<null, Readable, Readable>;
  try {
    child = spawn(command, [...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached,
    });
  } catch (error) {
    return { type: "not started", reason: startFailure(error) };
  }
  const run = new Run(child, (pid, signal) => {
    try {
      // Not child.kill(), which on Deno sends only one signal.
      return process.kill(detached ? -pid : pid, signal);
    } catch {
      // All have exited in the meantime.
      return false;
    }
  });
  let isAborted = false;
  const onAbort = () => {
    isAborted = true;
    run.terminate();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  let isLate = false;
  const timer = startTimer(() => {
    isLate = true;
    run.terminate();
  }, timeoutMs);
  const result = await run.result;
  timer.clear();
  signal.removeEventListener("abort", onAbort);
  if (isAborted) throw signal.reason;
  return isLate ? { type: "timed out" } : result;
}

/** Sends a signal to a group, or 0 to learn whether it has any process. */
type Kill = (pid: number, signal: "SIGTERM" | "SIGKILL" | 0) => boolean;

/** A running program, until it has exited and its output has ended. */
class Run {
  readonly result: Promise<ProgramResult>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #kill: Kill;
  readonly #output = { stdout: "", stderr: "" };
  #grace: Timer | undefined;
  #terminatedAtMs: number | undefined;

  constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    kill: Kill,
  ) {
    this.#child = child;
    this.#kill = kill;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        const output = this.#output[name] + text;
        this.#output[name] = output.slice(-MAX_OUTPUT_CHARACTERS);
      });
    }
    child.on("exit", () => this.#onExit());
    const ended = new Promise<ProgramResult>((resolve) => {
      child.on("error", (error) => {
        resolve({ type: "not started", reason: startFailure(error) });
      });
      child.on("close", (code, endedBy) => {
        this.#grace?.clear();
        const status = String(endedBy ?? code);
        resolve({ type: "exited", status, ...this.#output });
      });
    });
    this.result = ended.then(async (result) => {
      await this.#groupEnd();
      return result;
    });
  }

  /** Terminates the group: with SIGTERM first, then with SIGKILL. */
  terminate(): void {
    this.#destroyOutput();
    const { pid } = this.#child;
    if (this.#terminatedAtMs !== undefined || pid === undefined) return;
    this.#terminatedAtMs = performance.now();
    this.#kill(pid, "SIGTERM");
    this.#grace?.clear();
    this.#grace = startTimer(() => this.#kill(pid, "SIGKILL"), GRACE_MS);
  }

  #onExit(): void {
    if (this.#terminatedAtMs !== undefined) return;
    // A child process that it left running may keep its output open.
    this.#grace = startTimer(() => this.#destroyOutput(), GRACE_MS);
  }

  /** Waits for the others in a terminated group, which may exit after it. */
  async #groupEnd(): Promise<void> {
    const { pid } = this.#child;
    const startedAtMs = this.#terminatedAtMs;
    if (startedAtMs === undefined || pid === undefined) return;
    if (await this.#hasEnded(pid, startedAtMs + GRACE_MS)) return;
    this.#kill(pid, "SIGKILL");
    // Not for ever: where no one collects exit statuses, they stay in the group.
    await this.#hasEnded(pid, performance.now() + GRACE_MS);
  }

  /** Waits until a group has no process, and returns false if it still has. */
  async #hasEnded(pid: number, untilMs: number): Promise<boolean> {
    while (this.#kill(pid, 0)) {
      if (performance.now() >= untilMs) return false;
      await new Promise<void>((resolve) => startTimer(resolve, POLL_MS));
    }
    return true;
  }

  #destroyOutput(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

/** Not the message of the runtime, which may quote an argument. */
function startFailure(error: unknown): string {
  const code = isRecord(error) && typeof error.code === "string"
    ? error.code
    : "";
  if (code === "ENOENT") return "was not found";
  if (code === "EACCES" || code === "EPERM") return "is not executable";
  return code === "ERR_INVALID_ARG_VALUE" || code === ""
    ? "could not be started with its arguments and environment"
    : `could not be started (${code})`;
}
