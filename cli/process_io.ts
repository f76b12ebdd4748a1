/**
 * The process's own streams, environment and signals, by `node:process`, which
 * Deno, Node and Bun all have.
 *
 * @module
 */

import process from "node:process";
import type { CliIo, CliOutput, CliSignal } from "./_io.ts";

const DEFAULT_COLUMNS = 80;

const SIGNALS: readonly CliSignal[] = ["SIGINT", "SIGTERM"];

/** The part of a process's output stream that is used here. */
interface WriteStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, callback: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** One of the process's output streams. */
class ProcessOutput implements CliOutput {
  readonly #stream: WriteStream;
  readonly #failed = new AbortController();

  constructor(stream: WriteStream) {
    this.#stream = stream;
    // Without a listener, a reader that goes away would end the process.
    stream.on("error", (error) => this.#failed.abort(error));
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns || DEFAULT_COLUMNS;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  write(text: string): Promise<void> {
    if (this.failed.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write(text, (error) => {
        if (error) this.#failed.abort(error);
        resolve();
      });
    });
  }
}

let io: CliIo | undefined;

/**
 * The world around this process.
 *
 * @returns Its streams, environment and signals; the same ones every time.
 */
export function processIo(): CliIo {
  io ??= {
    stdin: { read: readStdin },
    stdout: new ProcessOutput(process.stdout),
    stderr: new ProcessOutput(process.stderr),
    env: process.env,
    onSignal,
  };
  return io;
}

async function readStdin(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of process.stdin) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function onSignal(listener: (signal: CliSignal) => void): Disposable {
  const listeners = SIGNALS.map((signal) => ({
    signal,
    // The second signal finds no listener, and ends a process that hangs.
    listen: () => {
      remove();
      listener(signal);
    },
  }));
  const remove = () => {
    for (const { signal, listen } of listeners) process.off(signal, listen);
  };
  for (const { signal, listen } of listeners) process.on(signal, listen);
  return { [Symbol.dispose]: remove };
}
