/**
 * A watcher in a process of its own, behind a proxy of its own, and what it has
 * reported. Its account is settled at the end, when all changes are known.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { ControlPlane } from "../control_plane/control_plane.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import {
  Account,
  type Contract,
  type Outcome,
} from "../simulation/peers/_account.ts";
import type { PeerReport } from "../simulation/peers/_messages.ts";
import { PeerProcess } from "../simulation/peers/_peer_process.ts";
import { settle } from "./_settle.ts";
import type { SoakCommand, SoakMessage, Use } from "./_messages.ts";
import { LAST_NAME, PATH, type Writers } from "./_writers.ts";

/** A watcher to record. */
export class Recorder implements AsyncDisposable {
  /** Its printed name. */
  readonly name: string;
  /** What it connects through. */
  readonly proxy: TcpProxy;
  readonly #contract: Contract;
  readonly #process: PeerProcess<SoakCommand, SoakMessage>;
  readonly #messages: PeerReport[] = [];
  readonly #uses: Use[] = [];
  #events = 0;
  #longestGapMs = 0;
  #lastAt: number | undefined;
  #hasLast = false;
  #isStarted = false;

  private constructor(
    name: string,
    proxy: TcpProxy,
    command: readonly string[],
  ) {
    this.name = name;
    this.proxy = proxy;
    this.#contract = name === "informer" ? "last state" : "each change";
    this.#process = new PeerProcess(command, (message) => this.#note(message));
  }

  /**
   * Starts a watcher.
   *
   * @param plane What it watches.
   * @param name `"RetryWatcher"` or `"informer"`.
   * @returns The watcher, which is starting.
   */
  static async start(plane: ControlPlane, name: string): Promise<Recorder> {
    const proxy = await TcpProxy.start({ upstreamPort: plane.port });
    const client = plane.client("admin", { server: proxy.url });
    const caFile = await Deno.makeTempFile({ dir: plane.directory });
    await Deno.writeTextFile(caFile, client.caCert);
    return new Recorder(name, proxy, [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-check",
      "-A",
      "--v8-flags=--expose-gc",
      fileURLToPath(new URL("_program.ts", import.meta.url)),
      name,
      client.server,
      client.token,
      caFile,
      PATH,
    ]);
  }

  /** Whether it watches. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether it has delivered the last object. */
  get hasLast(): boolean {
    return this.#hasLast;
  }

  /** Whether its process has ended by itself. */
  get hasDied(): boolean {
    return this.#process.hasDied;
  }

  /** The end of what the process has written to standard error. */
  get errors(): string {
    return this.#process.errors;
  }

  /** The number of events. */
  get events(): number {
    return this.#events;
  }

  /** The longest time between two events, in milliseconds. */
  get longestGapMs(): number {
    return this.#longestGapMs;
  }

  /** What it used, each time it was asked. */
  get uses(): readonly Use[] {
    return this.#uses;
  }

  /** Asks what it uses, or for its cache. */
  async ask(type: SoakCommand["type"]): Promise<void> {
    await this.#process.send({ type });
  }

  /** Whether its cache has been reported. */
  get isFinished(): boolean {
    return this.#messages.at(-1)?.type === "cache";
  }

  /**
   * Settles the account.
   *
   * @param writers What has really happened.
   * @returns What was lost, repeated and so on.
   */
  outcome(writers: Writers): Outcome {
    const account = new Account(this.#contract, LAST_NAME);
    return settle(account, this.#messages, writers);
  }

  /** Ends its process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }

  #note(message: SoakMessage): void {
    if (message.type === "use") return void this.#uses.push(message);
    this.#messages.push(message);
    if (message.type === "listed" || message.type === "synced") {
      this.#isStarted = true;
    }
    if (!("name" in message)) return;
    const now = Date.now();
    this.#longestGapMs = Math.max(
      this.#longestGapMs,
      now - (this.#lastAt ?? now),
    );
    this.#lastAt = now;
    this.#events++;
    if (message.name === LAST_NAME) this.#hasLast = true;
  }
}
