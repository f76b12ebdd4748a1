/**
 * A server for random tests: it keeps every change there ever was, and a watch
 * from version n gets what came after n, bookmarks in between. It can be told
 * how the watches to come fail to start and how the open one ends. What each
 * try was, and how it ended, can be read from its calls.
 *
 * @module
 */

import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { Status } from "../../api/types.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  ScriptedWatcher,
} from "./scripted_watcher.ts";

/** How a watch fails to start. */
export type StartFault =
  | { kind: "status"; code: number; retryAfterSeconds?: number | undefined }
  | { kind: "unreachable" }
  | { kind: "missing" }
  | { kind: "hang" };

/** How an open watch ends. */
export type Cut =
  | { kind: "end" }
  | { kind: "break"; lossy: boolean }
  | { kind: "error"; code: number; retryAfterSeconds?: number | undefined }
  | { kind: "stall" };

/** How a try ended by itself: it failed, or it ended as watches do. */
export type Ending =
  | { failed: true; retryAfterMs: number }
  | { failed: false };

/** A watcher bears so many answers of 410 in a row. */
const GONE_IN_A_ROW = 3;

/** The server; its `watcher` is what is tested against it. */
export class HistoryServer {
  /** The watcher to give to what is tested. */
  readonly watcher = new ScriptedWatcher((call) => this.#called(call));
  /** The versions of the changes so far. */
  readonly changes: number[] = [];

  readonly #faults: StartFault[] = [];
  readonly #failedStarts = new Map<ScriptedCall, StartFault>();
  #revision = 1;
  #gone = 0;

  /** Changes something. */
  change(): void {
    const version = ++this.#revision;
    this.changes.push(version);
    this.#last?.send(added(version));
  }

  /** Moves the version on, as changes of other resources do. */
  skip(by: number): void {
    this.#revision += by;
  }

  /** Sends a bookmark to whoever watches. */
  bookmark(): void {
    this.#last?.send(bookmark(this.#revision));
  }

  /** Has a start to come fail. */
  fault(fault: StartFault): void {
    this.#faults.push(fault);
  }

  /** Has every start to come succeed. */
  heal(): void {
    this.#faults.length = 0;
  }

  /** Begins with another watcher, which counts its 410 answers itself. */
  greet(): void {
    this.#gone = 0;
  }

  /** Ends the open watch. */
  cut(cut: Cut): void {
    const call = this.#last;
    if (call === undefined) return;
    if (cut.kind === "stall") call.stall();
    if (cut.kind === "end") call.end();
    if (cut.kind === "error") {
      call.send({ type: "ERROR", object: statusOf(cut) });
    }
    if (cut.kind === "break") {
      if (cut.lossy) call.discard();
      call.break(new ConnectionError("The connection was reset"));
    }
  }

  /** Whether a try brought an event or a bookmark. */
  heard({ taken }: ScriptedCall): boolean {
    return taken.some((entry) =>
      entry.type === "event" && entry.event.type !== "ERROR"
    );
  }

  /** How a try ended by itself; undefined where it did not. */
  ending(call: ScriptedCall): Ending | undefined {
    const fault = this.#failedStarts.get(call);
    if (fault !== undefined) {
      const obeyed = fault.kind === "status" && fault.code !== 410;
      const seconds = obeyed ? fault.retryAfterSeconds ?? 0 : 0;
      return { failed: true, retryAfterMs: seconds * 1_000 };
    }
    const last = call.taken.at(-1);
    if (last?.type === "end") return { failed: false };
    if (last?.type === "break") return { failed: true, retryAfterMs: 0 };
    if (last?.event.type !== "ERROR") return undefined;
    const { retryAfterSeconds = 0 } = last.event.object.details ?? {};
    return { failed: true, retryAfterMs: retryAfterSeconds * 1_000 };
  }

  get #last(): ScriptedCall | undefined {
    const call = this.watcher.calls.at(-1);
    return call?.signal.aborted ? undefined : call;
  }

  #called(call: ScriptedCall): void {
    const fault = this.#nextFault();
    if (fault === undefined) {
      const from = Number(call.options.resourceVersion);
      const news = this.changes.filter((version) => version > from);
      call.open().send(...news.map(added));
      return;
    }
    if (fault.kind === "hang") return;
    this.#failedStarts.set(call, fault);
    if (fault.kind === "missing") call.answer(undefined);
    else call.fail(errorOf(fault));
  }

  #nextFault(): StartFault | undefined {
    const fault = this.#faults.shift();
    const isGone = fault?.kind === "status" && fault.code === 410;
    const bearable = !isGone || this.#gone < GONE_IN_A_ROW;
    this.#gone = isGone && bearable ? this.#gone + 1 : 0;
    return bearable ? fault : undefined;
  }
}

function errorOf(fault: StartFault): Error {
  return fault.kind === "status"
    ? new StatusError(statusOf(fault))
    : new ConnectionError("There is no route to the server");
}

function statusOf(
  { code, retryAfterSeconds }: {
    code: number;
    retryAfterSeconds?: number | undefined;
  },
): Status {
  return {
    code,
    ...(retryAfterSeconds === undefined
      ? {}
      : { details: { retryAfterSeconds } }),
  };
}
