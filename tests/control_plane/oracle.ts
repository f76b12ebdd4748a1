/**
 * Runs the oracle, the program in `oracle/` that does with client-go what a
 * test does with this library, and collects its output. The oracle exits when
 * its standard input closes, and so never outlives this process.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import { findBinary } from "./binaries.ts";
import type { ClientConfig } from "./control_plane.ts";
import { killIfRunning } from "./kill_if_running.ts";

/** A line of the oracle's output. The type of a line depends on its members. */
export interface OracleLine {
  /** The time, in nanoseconds of Unix time (with a precision of about 256). */
  readonly at: number;
  /** For an event: its type. */
  readonly type?: string | undefined;
  /** For an event: the name of its object. */
  readonly name?: string | undefined;
  /** For an event: the namespace of its object. */
  readonly namespace?: string | undefined;
  /** For an event: the UID of its object. */
  readonly uid?: string | undefined;
  /**
   * For an event: the resource version of its object; for a request: the
   * requested version.
   */
  readonly resourceVersion?: string | undefined;
  /** For an ERROR event: the code of its Status. */
  readonly code?: number | undefined;
  /** For an ERROR event or a failed request: the reason of the Status. */
  readonly reason?: string | undefined;
  /** For a failure: the message. */
  readonly message?: string | undefined;
  /** The number of the watch that has been answered. */
  readonly watch?: number | undefined;
  /** The number of the list that has been answered. */
  readonly list?: number | undefined;
  /** The ID of the wait. */
  readonly id?: string | undefined;
  /** Whether the condition of a wait was met. */
  readonly met?: boolean | undefined;
  /** Whether a wait failed. */
  readonly failed?: boolean | undefined;
  /** Whether the informer has synced. */
  readonly synced?: boolean | undefined;
  /** The final content of the informer's store. */
  readonly store?: readonly OracleObject[] | undefined;
  /** Whether this is the last line. */
  readonly done?: boolean | undefined;
  /**
   * In the last line: the number of printed events (`retrywatcher`,
   * `informer`).
   */
  readonly events?: number | undefined;
  /** In the last line: the number of requested watches. */
  readonly watches?: number | undefined;
  /** In the last line: the number of requested lists. */
  readonly lists?: number | undefined;
}

/** An object in the informer's store. */
export interface OracleObject {
  /** The name. */
  readonly name: string;
  /** The namespace. */
  readonly namespace?: string | undefined;
  /** The UID. */
  readonly uid: string;
  /** The resource version. */
  readonly resourceVersion: string;
}

/** A wait for `until --stdin`. */
export interface OracleWait {
  /** Identifies the wait in the output. */
  id: string;
  /** The name of the object. */
  name: string;
  /** The resource version to watch from. */
  resourceVersion: string;
  /** The condition, as for `--condition`. */
  condition: string;
}

/** Options for {@linkcode Oracle.start}. */
export interface OracleOptions {
  /** Additional environment variables. @default {{}} */
  env?: Readonly<Record<string, string>> | undefined;
}

/** A running oracle. */
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
   * @param client The server and the user.
   * @param args The command and flags, without those of the connection.
   * @param options The environment of client-go.
   * @returns The oracle.
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

  /** The lines printed so far. */
  get lines(): readonly OracleLine[] {
    return this.#lines;
  }

  /**
   * Waits for a line, which may have been printed already.
   *
   * @param what A description of the line, for the message.
   * @param matches Returns whether a line is the one to wait for.
   * @returns The first matching line.
   * @throws {Error} If the oracle exits without such a line.
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
   * Starts a wait of `until --stdin`.
   *
   * @param wait The wait.
   */
  async ask(wait: OracleWait): Promise<void> {
    const text = `${JSON.stringify(wait)}\n`;
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /**
   * Waits until the oracle exits by itself.
   *
   * @returns All lines that it has printed.
   */
  async finished(): Promise<readonly OracleLine[]> {
    await this.#ended;
    return this.#lines;
  }

  /**
   * Ends it.
   *
   * @returns All lines that it has printed.
   */
  async stop(): Promise<readonly OracleLine[]> {
    if (!this.#isOver) killIfRunning(this.#child, "SIGTERM");
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
