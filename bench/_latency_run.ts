/**
 * The changes of the latency benchmark, and the two processes that wait for
 * them.
 *
 * @module
 */

import type { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { Oracle } from "../tests/control_plane/oracle.ts";
import { unixMs } from "./_clock.ts";
import { type LineProcess, startScript } from "./_processes.ts";
import type { Wait, WaitLine } from "./_wait_peer.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** The times of a change, as Unix time in milliseconds. */
export interface Measured {
  /** When the request was sent. */
  sent: number;
  /** When its response had been received. */
  acknowledged: number;
  /** When our wait ended. */
  ours: number;
  /** When client-go's wait ended. */
  theirs: number;
}

/** A control plane, and two processes that wait for changes on it. */
export class LatencyRun implements AsyncDisposable {
  readonly #plane: ControlPlane;
  readonly #ours: LineProcess;
  readonly #theirs: Oracle;
  #number = 0;

  private constructor(
    plane: ControlPlane,
    ours: LineProcess,
    theirs: Oracle,
  ) {
    this.#plane = plane;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /**
   * Starts both processes.
   *
   * @param plane The control plane.
   * @param denoOptions Options for our Deno process.
   * @returns The run.
   */
  static async start(
    plane: ControlPlane,
    denoOptions: readonly string[],
  ): Promise<LatencyRun> {
    const { server, token, caFile } = plane.client();
    const ours = startScript(
      [...denoOptions, `--cert=${caFile}`],
      ["bench/_wait_peer.ts", server, PATH, token],
    );
    const theirs = await Oracle.start(plane.client(), [
      "until",
      "--namespace=default",
      "--stdin",
    ]);
    return new LatencyRun(plane, ours, theirs);
  }

  /**
   * Makes changes; each starts after both processes have seen the previous one.
   *
   * @param count The number of changes.
   * @returns The times of each change.
   */
  async measure(count: number): Promise<Measured[]> {
    const all: Measured[] = [];
    for (let index = 0; index < count; index++) all.push(await this.#change());
    return all;
  }

  /** Ends both processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#theirs[Symbol.asyncDispose]();
    await this.#ours[Symbol.asyncDispose]();
  }

  async #change(): Promise<Measured> {
    const id = `map-${this.#number++}`;
    const { metadata } = await this.#plane.request("POST", PATH, {
      metadata: { name: id },
    });
    const resourceVersion = metadata?.resourceVersion ?? "";
    const wait: Wait = { id, name: id, resourceVersion };
    const open = [() => this.#openOurs(wait), () => this.#openTheirs(wait)];
    if (this.#number % 2 === 0) open.reverse();
    for (const next of open) await next();

    const sent = unixMs();
    await this.#plane.request("PATCH", `${PATH}/${id}`, {
      data: { step: "1" },
    });
    const acknowledged = unixMs();
    const [ours, theirs] = await Promise.all([
      this.#nextOfOurs(id),
      this.#theirs.waitFor("its end", (line) => line.id === id && !!line.met),
    ]);
    if (ours.metAt === undefined) {
      throw new Error(`The watch of ${id} was restarted`);
    }
    // Objects do not accumulate, so watches only have new events.
    await this.#plane.request("DELETE", `${PATH}/${id}`);
    return { sent, acknowledged, ours: ours.metAt, theirs: theirs.at / 1e6 };
  }

  async #openOurs(wait: Wait): Promise<void> {
    await this.#ours.send(JSON.stringify(wait));
    await this.#nextOfOurs(wait.id);
  }

  async #openTheirs(wait: Wait): Promise<void> {
    await this.#theirs.ask({ ...wait, condition: "data:step=1" });
    await this.#theirs.waitFor("a watch", (line) => line.id === wait.id);
  }

  async #nextOfOurs(id: string): Promise<WaitLine> {
    const line: WaitLine = JSON.parse(await this.#ours.next());
    if (line.id !== id) throw new Error(`Waited for ${id}: ${line.id} came`);
    return line;
  }
}
