/**
 * Runs the oracle, the program in `oracle/` that does with client-go what a test
 * does with this library, and collects the lines that it prints. Its standard
 * input is held open by this process: when this process ends, so does it.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import { findBinary } from "./binaries.ts";
import type { ClientConfig } from "./control_plane.ts";

/** One line of the oracle; the members that it has say what happened. */
export interface OracleLine {
  /** When, in nanoseconds of Unix time (exact to about 256). */
  readonly at: number;
  /** An event: its type. */
  readonly type?: string | undefined;
  /** An event: name of its object. */
  readonly name?: string | undefined;
  /** An event: namespace of its object. */
  readonly namespace?: string | undefined;
  /** An event: uid of its object. */
  readonly uid?: string | undefined;
  /** An event: version of its object; a request: the version asked for. */
  readonly resourceVersion?: string | undefined;
  /** An ERROR event: code of its Status. */
  readonly code?: number | undefined;
  /** An ERROR event, or a request that failed: reason of the Status. */
  readonly reason?: string | undefined;
  /** What failed, in words. */
  readonly message?: string | undefined;
  /** The n-th watch has been answered. */
  readonly watch?: number | undefined;
  /** The n-th list has been answered. */
  readonly list?: number | undefined;
  /** The wait that this is about. */
  readonly id?: string | undefined;
  /** A wait was met. */
  readonly met?: boolean | undefined;
  /** A wait failed. */
  readonly failed?: boolean | undefined;
  /** The informer has synced. */
  readonly synced?: boolean | undefined;
  /** What the informer's store held at the end. */
  readonly store?: readonly OracleObject[] | undefined;
  /** The last line. */
  readonly done?: boolean | undefined;
  /** The last line: how many events it printed (`retrywatcher`, `informer`). */
  readonly events?: number | undefined;
  /** The last line: how many watches it asked for. */
  readonly watches?: number | undefined;
  /** The last line: how many lists it asked for. */
  readonly lists?: number | undefined;
}

/** An object in the informer's store. */
export interface OracleObject {
  /** Name. */
  readonly name: string;
  /** Namespace. */
  readonly namespace?: string | undefined;
  /** Unique id. */
  readonly uid: string;
  /** Version. */
  readonly resourceVersion: string;
}

/** A wait that `until --stdin` is asked for. */
export interface OracleWait {
  /** Stands in every line about it. */
  id: string;
  /** Name of the object. */
  name: string;
  /** Where its watch starts. */
  resourceVersion: string;
  /** As `--condition`. */
  condition: string;
}

/** Options of {@linkcode Oracle.start}. */
export interface OracleOptions {
  /** Environment variables beside this process's. @default {{}} */
  env?: Readonly<Record<string, string>> | undefined;
}

/** An oracle that runs. */
export class Oracle implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: OracleLine[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #ended: Promise<void>;
  #isOver = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#ended = this.#collect();
  }

  /**
   * Starts an oracle.
   *
   * @param client Where, and as whom.
   * @param args Its command and flags, but for those of the connection.
   * @param options What client-go reads from its environment.
   * @returns It.
   */
  static async start(
    client: Pick<ClientConfig, "server" | "token" | "caFile">,
    args: readonly string[],
    options: OracleOptions = {},
  ): Promise<Oracle> {
    const { env = {} } = options;
    const [command = "", ...flags] = args;
    const child = new Deno.Command(await findBinary("oracle"), {
      args: [
        command,
        `--server=${client.server}`,
        `--token=${client.token}`,
        `--ca-file=${client.caFile}`,
        ...flags,
      ],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return new Oracle(child);
  }

  /** What it has printed so far. */
  get lines(): readonly OracleLine[] {
    return this.#lines;
  }

  /**
   * Waits for a line; one that has come already counts.
   *
   * @param what What is waited for, for the message.
   * @param matches Which it is.
   * @returns The first such line.
   * @throws {Error} If the oracle ends without it.
   */
  async waitFor(
    what: string,
    matches: (line: OracleLine) => boolean,
  ): Promise<OracleLine> {
    while (true) {
      const line = this.#lines.find(matches);
      if (line !== undefined) return line;
      if (this.#isOver) {
        const last = JSON.stringify(this.#lines.at(-1));
        throw new Error(`The oracle ended without ${what}: last line: ${last}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
    }
  }

  /**
   * Asks `until --stdin` for a wait.
   *
   * @param wait For what.
   */
  async ask(wait: OracleWait): Promise<void> {
    const text = `${JSON.stringify(wait)}\n`;
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /**
   * Waits until it ends by itself.
   *
   * @returns Everything that it has printed.
   */
  async finished(): Promise<readonly OracleLine[]> {
    await this.#ended;
    return this.#lines;
  }

  /**
   * Ends it.
   *
   * @returns Everything that it has printed.
   */
  async stop(): Promise<readonly OracleLine[]> {
    if (!this.#isOver) this.#child.kill("SIGTERM");
    return await this.finished();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #collect(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines.map(parseLine));
      this.#wake();
    }
    await this.#child.status;
    this.#isOver = true;
    this.#stdin.releaseLock();
    await this.#child.stdin.abort();
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

function parseLine(text: string): OracleLine {
  const line: unknown = JSON.parse(text);
  if (isLine(line)) return line;
  throw new TypeError(`Cannot read a line of the oracle: '${text}'`);
}

function isLine(value: unknown): value is OracleLine {
  return isRecord(value) && "at" in value;
}
