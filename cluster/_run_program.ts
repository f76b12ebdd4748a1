/**
 * Runs a program that is to say something and end: not for ever, not past an
 * abort, and without a standard input to wait on.
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
    readonly type: "ended";
    /** The exit status, or the signal that ended it. */
    readonly status: string;
    readonly stdout: string;
    readonly stderr: string;
  }
  | { readonly type: "not started"; readonly reason: string }
  | { readonly type: "timed out" };

/** Options of {@linkcode runProgram}. */
export interface RunProgramOptions {
  /** Variables of its environment, besides ours. */
  env: Readonly<Record<string, string>>;
  /** How long it may take. */
  timeoutMs: number;
  /** Ends it. */
  signal: AbortSignal;
}

/** What is more than this is not what was asked for. */
const MOST_CHARACTERS = 1 << 20;

/** How long a program has to end once it is told to, its output to end then. */
const GRACE_MS = 500;

/**
 * Runs a program to its end. It has ended when this settles, whatever ends it.
 *
 * @param command The program.
 * @param args Its arguments.
 * @param options Its environment, and what ends it.
 * @returns How it ended.
 * @throws The signal's reason if it is aborted.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, timeoutMs, signal }: RunProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  // Loaded only here: on Deno a `node:` module slows a start down.
  const { spawn } = await import("node:child_process");
  const { default: process } = await import("node:process");
  signal.throwIfAborted();
  const child = spawn(command, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const run = new Run(child, (pid, signal) => {
    try {
      // Not by the child's own method, which sends but one signal on Deno.
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  });
  let isAborted = false;
  const onAbort = () => {
    isAborted = true;
    run.end();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  let isLate = false;
  const timer = startTimer(() => {
    isLate = true;
    run.end();
  }, timeoutMs);
  const result = await run.result;
  timer.clear();
  signal.removeEventListener("abort", onAbort);
  if (isAborted) throw signal.reason;
  return isLate ? { type: "timed out" } : result;
}

type Kill = (pid: number, signal: "SIGTERM" | "SIGKILL") => void;

/** A program that runs, until it and its output have ended. */
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
        this.#output[name] = output.slice(-MOST_CHARACTERS);
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
        resolve({ type: "ended", status, ...this.#output });
      });
    });
  }

  /** Ends it, gently at first. */
  end(): void {
    this.#letGo();
    const { pid } = this.#child;
    if (this.#hasExited || pid === undefined) return;
    this.#kill(pid, "SIGTERM");
    this.#grace?.clear();
    this.#grace = startTimer(() => this.#kill(pid, "SIGKILL"), GRACE_MS);
  }

  #onExit(): void {
    this.#hasExited = true;
    this.#grace?.clear();
    // What it has started, and left running, may hold its output open.
    this.#grace = startTimer(() => this.#letGo(), GRACE_MS);
  }

  #letGo(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

function startFailure(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "is not there";
  if (code === "EACCES" || code === "EPERM") return "may not be run";
  return `could not be started (${errorText(error)})`;
}
