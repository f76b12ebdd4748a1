/**
 * Runs a program that is to say something and end: not for ever, not past an
 * abort, and without a standard input to wait on.
 *
 * @module
 */

import { errorText } from "./_error_text.ts";
import { startTimer, type Timer } from "./_timer.ts";

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

/** How long a program has to end by itself once it is told to. */
const KILL_GRACE_MS = 500;

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
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const child = spawn(command, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] = (output[name] + text).slice(-MOST_CHARACTERS);
    });
  }
  child.on("error", (error) => {
    resolve({ type: "not started", reason: startFailure(error) });
  });
  child.on("close", (code, endedBy) => {
    resolve({ type: "ended", status: String(endedBy ?? code), ...output });
  });
  let killing: Timer | undefined;
  const end = (settle: () => void) => {
    child.on("exit", settle);
    child.kill();
    killing = startTimer(() => child.kill("SIGKILL"), KILL_GRACE_MS);
    // Whatever it has started may hold these open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const onAbort = () => end(() => reject(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = startTimer(
    () => end(() => resolve({ type: "timed out" })),
    timeoutMs,
  );
  try {
    return await promise;
  } finally {
    timer.clear();
    killing?.clear();
    signal.removeEventListener("abort", onAbort);
  }
}

function startFailure(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "is not there";
  if (code === "EACCES" || code === "EPERM") return "may not be run";
  return `could not be started (${errorText(error)})`;
}
