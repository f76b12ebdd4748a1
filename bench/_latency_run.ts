/**
 * The changes of the latency benchmark, and the two who wait for them.
 *
 * @module
 */

import type { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { Oracle } from "../tests/control_plane/oracle.ts";
import { unixMs } from "./_clock.ts";
import { type LineProcess, startScript } from "./_processes.ts";
import type { Wait, WaitLine } from "./_wait_peer.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** When the things happened that one change caused: Unix time in ms. */
export interface Measured {
  /** The request was sent. */
  sent: number;
  /** Its answer had come. */
  acknowledged: number;
  /** Our wait was over. */
  ours: number;
  /** client-go's wait was over. */
  theirs: number;
}

/** Two waiters and a control plane. */
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
   * Starts both waiters.
   *
   * @param plane The control plane.
   * @param denoOptions Options for the process of ours.
   * @returns It.
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
   * Makes changes, one after the other has been seen by both.
   *
   * @param count How many.
   * @returns What each of them took.
   */
  async measure(count: number): Promise<Measured[]> {
    const all: Measured[] = [];
    for (let index = 0; index < count; index++) all.push(await this.#change());
    return all;
  }

  /** Ends both. */
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
    if (ours.metAt === undefined) throw new Error(`${id} was watched again`);
    // A watch on nothing but what is yet to come.
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
