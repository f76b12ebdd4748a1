/**
 * Processes that a benchmark exchanges lines with. Each exits when its standard
 * input closes, and so never outlives its parent.
 *
 * @module
 */

import { linesOf } from "./_lines.ts";

/** A process that reads and writes lines. */
export interface LineProcess extends AsyncDisposable {
  /** Sends a line. */
  send(line: string): Promise<void>;
  /** Returns the next line that the process prints. */
  next(): Promise<string>;
}

/**
 * Starts a Deno script.
 *
 * @param denoOptions Options for `deno run`.
 * @param script The script and its arguments.
 * @returns The process.
 */
export function startScript(
  denoOptions: readonly string[],
  script: readonly string[],
): LineProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...denoOptions, ...script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = linesOf(child.stdout)[Symbol.asyncIterator]();
  return {
    send: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    next: async () => {
      const { done, value } = await output.next();
      if (done) throw new Error(`${script.join(" ")} ended before its answer`);
      return value;
    },
    [Symbol.asyncDispose]: async () => {
      await input.close();
      await child.status;
    },
  };
}
