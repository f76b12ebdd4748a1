/**
 * Runs another Deno as if it were this process: the same terminal, the same
 * signals, the same exit status. Signals are passed on rather than acted upon,
 * so that the child cleans up and nothing of it stays behind.
 *
 * @module
 */

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Options of {@linkcode runDeno}. */
export interface RunDenoOptions {
  /** The folder that it runs in. */
  cwd: URL;
}

/**
 * Runs this very Deno binary until it ends.
 *
 * @param args Its arguments, the subcommand first.
 * @param options Where it runs.
 * @returns Its exit status, 128 and the signal's number where one ended it.
 */
export async function runDeno(
  args: readonly string[],
  { cwd }: RunDenoOptions,
): Promise<number> {
  // The trap comes first: a signal may arrive before spawn() has returned.
  using _trap = trapSignals((signal) => {
    // A terminal sends Ctrl-C to the child as well: it gets it once, not twice.
    if (signal !== "SIGINT" || !hasTerminal()) child.kill(signal);
  });
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd });
  const child = command.spawn();
  const { code } = await child.status;
  return code;
}

/**
 * Catches the signals that ask a process to end.
 *
 * @param callback What to do with them.
 * @returns What lets go of them when it is disposed of.
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
