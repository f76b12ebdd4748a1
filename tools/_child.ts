/**
 * Runs Deno as a child process in place of this one: with the same terminal,
 * signals and exit status. Signals are forwarded instead of handled, so that
 * the child can clean up.
 *
 * @module
 */

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Options for {@linkcode runDeno}. */
export interface RunDenoOptions {
  /** The working directory. */
  cwd: URL;
  /** Environment variables to add. */
  env?: Record<string, string> | undefined;
}

/**
 * Runs the current Deno binary until it exits.
 *
 * @param args The arguments, starting with the subcommand.
 * @param options The working directory and the environment.
 * @returns The exit status; 128 plus the signal number if it was killed by a
 *   signal.
 */
export async function runDeno(
  args: readonly string[],
  { cwd, env = {} }: RunDenoOptions,
): Promise<number> {
  // Installed first: a signal may arrive before spawn() returns.
  using _trap = trapSignals((signal) => {
    // A terminal also sends Ctrl-C to the child, which must not get it twice.
    if (signal !== "SIGINT" || !hasTerminal()) child.kill(signal);
  });
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env,
  });
  const child = command.spawn();
  const { code } = await child.status;
  return code;
}

/**
 * Handles the signals that ask a process to terminate.
 *
 * @param callback Called with each signal.
 * @returns A handle that removes the listeners when it is disposed.
 */
export function trapSignals(
  callback: (signal: Deno.Signal) => void,
): Disposable {
  const traps = SIGNALS.map((signal) => ({
    signal,
    listener: () => callback(signal),
  }));
  for (const { signal, listener } of traps) {
    Deno.addSignalListener(signal, listener);
  }
  return {
    [Symbol.dispose]() {
      for (const { signal, listener } of traps) {
        Deno.removeSignalListener(signal, listener);
      }
    },
  };
}

function hasTerminal(): boolean {
  return Deno.stdin.isTerminal() || Deno.stdout.isTerminal() ||
    Deno.stderr.isTerminal();
}
