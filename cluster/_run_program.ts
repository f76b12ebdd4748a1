/**
 * Runs a program and collects its output, with a timeout, an abort signal and
 * no standard input that it could wait on.
 *
 * @module
 */

import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { errorText } from "../internal/error_text.ts";
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

/**
 * Runs a program. When the promise settles, the program has exited.
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
  const child = spawn(command, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const run = new Run(child, (pid, signal) => {
    try {
      // Not child.kill(), which on Deno sends only one signal.
      process.kill(pid, signal);
    } catch {
      // It has exited in the meantime.
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

type Kill = (pid: number, signal: "SIGTERM" | "SIGKILL") => void;

/** A running program, until it has exited and its output has ended. */
class Run {
  readonly result: Promise<ProgramResult>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #kill: Kill;
  readonly #output = { stdout: "", stderr: "" };
  #grace: Timer | undefined;
  #hasExited = false;

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
    this.result = new Promise((resolve) => {
      child.on("error", (error) => {
        resolve({ type: "not started", reason: startFailure(error) });
      });
      child.on("close", (code, endedBy) => {
        this.#grace?.clear();
        const status = String(endedBy ?? code);
        resolve({ type: "exited", status, ...this.#output });
      });
    });
  }

  /** Terminates the program: with SIGTERM first, then with SIGKILL. */
  terminate(): void {
    this.#destroyOutput();
    const { pid } = this.#child;
    if (this.#hasExited || pid === undefined) return;
    this.#kill(pid, "SIGTERM");
    this.#grace?.clear();
    this.#grace = startTimer(() => this.#kill(pid, "SIGKILL"), GRACE_MS);
  }

  #onExit(): void {
    this.#hasExited = true;
    this.#grace?.clear();
    // A child process that it left running may keep its output open.
    this.#grace = startTimer(() => this.#destroyOutput(), GRACE_MS);
  }

  #destroyOutput(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

function startFailure(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "was not found";
  if (code === "EACCES" || code === "EPERM") return "is not executable";
  return `could not be started (${errorText(error)})`;
}
