/**
 * The current process on Deno, by Deno's own API: loading a Node module takes
 * longer than most of what a command does before its first request.
 *
 * @module
 */

import { cancelQuietly } from "../../internal/abort.ts";
import {
  type CliOutput,
  type CliProcess,
  type CliSignal,
  DEFAULT_COLUMNS,
} from "./io.ts";
import { listenOnce } from "./signals.ts";

type OutputStream = typeof Deno.stdout | typeof Deno.stderr;

/**
 * The current process, on Deno.
 *
 * @returns The process.
 */
export function denoProcess(): CliProcess {
  // Windows does not support SIGTERM.
  const signals: readonly CliSignal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  return {
    args: Deno.args,
    io: {
      stdin: { read: readInput },
      stdout: new DenoOutput(Deno.stdout),
      stderr: new DenoOutput(Deno.stderr),
      // Requires permission only for variables that are read.
      env: new Proxy<Record<string, string | undefined>>({}, {
        get: (_, name) => typeof name === "string" ? variable(name) : undefined,
      }),
      onSignal: (listener) =>
        listenOnce(
          { add: Deno.addSignalListener, remove: Deno.removeSignalListener },
          signals,
          listener,
        ),
    },
    setExitStatus: (status) => {
      Deno.exitCode = status;
    },
  };
}

/** Without permission, a variable counts as unset: it only affects output. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Can be called once, like the stream can be read once. */
async function readInput(signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const reader = Deno.stdin.readable.getReader();
  const cancel = () => cancelQuietly(reader);
  // A pending read would keep the process alive.
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** An output stream of Deno. */
class DenoOutput implements CliOutput {
  readonly #stream: OutputStream;
  readonly #failed = new AbortController();

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTerminal();
  }

  get columns(): number {
    return this.#size?.columns || DEFAULT_COLUMNS;
  }

  get rows(): number | undefined {
    return this.#size?.rows || undefined;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  async write(text: string): Promise<void> {
    let rest = new TextEncoder().encode(text);
    try {
      while (rest.length > 0 && !this.failed.aborted) {
        rest = rest.subarray(await this.#stream.write(rest));
      }
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  get #size(): ReturnType<typeof Deno.consoleSize> | undefined {
    try {
      return this.isTerminal ? Deno.consoleSize() : undefined;
    } catch {
      // Some terminals do not report a size.
      return undefined;
    }
  }
}
