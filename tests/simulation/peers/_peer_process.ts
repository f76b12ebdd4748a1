/**
 * The running program of a peer.
 *
 * @module
 */

import { linesOf } from "../../../bench/_lines.ts";
import type { PeerCommand, PeerMessage } from "./_messages.ts";

/** How many characters of its standard error are kept. */
const KEPT = 2_000;

/** A process that consumes the events of some namespaces. */
export class PeerProcess<Command = PeerCommand, Message = PeerMessage>
  implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #isOver: Promise<void>;
  #hasDied = false;
  #isEnding = false;
  #errors = "";

  /**
   * Starts it.
   *
   * @param command The program and its arguments.
   * @param onMessage Called with what it reports.
   */
  constructor(
    [program = "", ...args]: readonly string[],
    onMessage: (message: Message) => void,
  ) {
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#isOver = this.#run(onMessage);
  }

  /** Whether it has ended by itself. */
  get hasDied(): boolean {
    return this.#hasDied;
  }

  /** The end of what it has written to standard error. */
  get errors(): string {
    return this.#errors.trim();
  }

  /** Sends a command. */
  async send(command: Command): Promise<void> {
    const line = `${JSON.stringify(command)}\n`;
    try {
      await this.#input.write(new TextEncoder().encode(line));
    } catch {
      // It has died, which is noted where it ends.
    }
  }

  /** Closes its input, upon which it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#input.close().catch(() => {});
    // A program that does not end must not hold up the others.
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await this.#isOver;
    clearTimeout(killer);
  }

  async #run(onMessage: (message: Message) => void): Promise<void> {
    const messages = async () => {
      for await (const line of linesOf(this.#child.stdout)) {
        // What a library itself prints is not a message.
        if (!line.startsWith("{")) this.#keep(`${line}\n`);
        else onMessage(JSON.parse(line));
      }
    };
    const errors = async () => {
      const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
      for await (const chunk of text) {
        this.#keep(chunk);
      }
    };
    await Promise.all([messages(), errors(), this.#child.status]);
    if (!this.#isEnding) this.#hasDied = true;
  }
  #keep(text: string): void {
    this.#errors = `${this.#errors}${text}`.slice(-KEPT);
  }
}
