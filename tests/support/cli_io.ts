/**
 * A world around the command line for tests: streams that can be read and
 * waited for, signals that are given by hand.
 *
 * @module
 */

import type { CliIo, CliOutput, CliSignal } from "../../cli.ts";

// Nobody's own cluster is meant where a test names a server.
Deno.env.set("KUBECONFIG", "/no/such/kubeconfig");

/** An output stream that keeps what is written. */
export class FakeOutput implements CliOutput {
  readonly isTerminal: boolean;
  columns = 80;
  rows = 24;
  /** Everything that was written. */
  text = "";
  readonly #failed = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** The lines that were written. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  write(text: string): Promise<void> {
    if (!this.failed.aborted) this.text += text;
    for (const check of [...this.#waiting]) check();
    return Promise.resolve();
  }

  /** Nothing more can be written. */
  fail(error: Error): void {
    this.#failed.abort(error);
  }

  /** Resolves when a text has been written. */
  wrote(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (!this.text.includes(text)) return;
      this.#waiting.delete(check);
      resolve();
    };
    this.#waiting.add(check);
    check();
    return promise;
  }
}

/** Options of {@linkcode FakeIo}. */
export interface FakeIoOptions {
  /** Whether a person sits in front of it. */
  terminal?: boolean;
  /** Environment variables. */
  env?: Record<string, string>;
}

/** The world around a command. */
export class FakeIo implements CliIo {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #listeners = new Set<(signal: CliSignal) => void>();

  constructor({ terminal = false, env = {} }: FakeIoOptions = {}) {
    this.stdout = new FakeOutput(terminal);
    this.stderr = new FakeOutput(terminal);
    this.env = env;
  }

  /** How many listen for signals. */
  get listeners(): number {
    return this.#listeners.size;
  }

  onSignal(listener: (signal: CliSignal) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Sends a signal. */
  interrupt(signal: CliSignal): void {
    for (const listener of [...this.#listeners]) listener(signal);
  }
}
