/**
 * A fake environment of the command line: output streams that tests can read
 * and wait on, and signals that tests send.
 *
 * @module
 */

import type { CliIo, CliOutput, CliSignal } from "../../cli.ts";

// Tests must not use the kubeconfig of the machine.
Deno.env.set("KUBECONFIG", "/no/such/kubeconfig");

/** An output stream that records what is written. */
export class FakeOutput implements CliOutput {
  readonly isTerminal: boolean;
  columns = 80;
  rows = 24;
  /** The text written so far. */
  text = "";
  readonly #failed = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** The lines written so far. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  write(text: string): Promise<void> {
    if (!this.failed.aborted) this.text += text;
    for (const check of [...this.#waiting]) check();
    return Promise.resolve();
  }

  /** Makes the stream fail: nothing more is written. */
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

/** Options for {@linkcode FakeIo}. */
export interface FakeIoOptions {
  /** Whether it is a terminal. */
  terminal?: boolean;
  /** Environment variables. */
  env?: Record<string, string>;
}

/** The environment of a command. */
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

  /** The number of signal listeners. */
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
