/**
 * The current process on Node and Bun, by their global `process`.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import {
  type CliOutput,
  type CliProcess,
  type CliSignal,
  DEFAULT_COLUMNS,
} from "./io.ts";
import { listenOnce } from "./signals.ts";

const SIGNALS: readonly CliSignal[] = ["SIGINT", "SIGTERM"];

/** The part of an output stream that is used here. */
interface WriteStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, callback: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** The part of an input stream that is used here. */
interface ReadStream extends AsyncIterable<Uint8Array> {
  destroy(): unknown;
}

/** The part of `process` that is used here. */
interface NodeProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  exitCode?: unknown;
  on(signal: CliSignal, listener: () => void): unknown;
  off(signal: CliSignal, listener: () => void): unknown;
}

/**
 * The current process, on Node and Bun.
 *
 * @returns The process.
 * @throws {Error} If there is no `process`, as in a browser.
 */
export function nodeProcess(): CliProcess {
  const process: unknown = Reflect.get(globalThis, "process");
  if (!isProcess(process)) {
    throw new Error("Cannot run a command: this is not Deno, Node or Bun");
  }
  return {
    args: process.argv.slice(2),
    io: {
      stdin: { read: (signal) => readAll(process.stdin, signal) },
      stdout: new NodeOutput(process.stdout),
      stderr: new NodeOutput(process.stderr),
      env: process.env,
      onSignal: (listener) =>
        listenOnce(
          {
            add: (signal, listen) => process.on(signal, listen),
            remove: (signal, listen) => process.off(signal, listen),
          },
          SIGNALS,
          listener,
        ),
    },
    setExitStatus: (status) => {
      process.exitCode = status;
    },
  };
}

/** An output stream of Node. */
class NodeOutput implements CliOutput {
  readonly #stream: WriteStream;
  readonly #failed = new AbortController();

  constructor(stream: WriteStream) {
    this.#stream = stream;
    // Without a listener, EPIPE would terminate the process.
    stream.on("error", (error) => this.#failed.abort(error));
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns || DEFAULT_COLUMNS;
  }

  get rows(): number | undefined {
    return this.#stream.rows || undefined;
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

async function readAll(
  stream: ReadStream,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const destroy = () => void stream.destroy();
  // A pending read would keep the process alive.
  signal.addEventListener("abort", destroy, { once: true });
  try {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
    }
    signal.throwIfAborted();
    return text + decoder.decode();
  } catch (error) {
    // A destroyed stream throws an error of its own.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
}

function isProcess(value: unknown): value is NodeProcess {
  return isRecord(value) && "argv" in value && "stdout" in value;
}
