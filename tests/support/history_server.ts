/**
 * A server for random tests: it keeps all changes, and a watch from version n
 * gets the changes after n and bookmarks. Tests decide how future watches fail
 * to start and how the open one ends. Its calls record each attempt and how it
 * ended.
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

/** How an attempt ended by itself: with a failure, or normally. */
export type Ending =
  | { failed: true; retryAfterMs: number }
  | { failed: false };

/** The number of consecutive 410 responses that a watcher tolerates. */
const GONE_IN_A_ROW = 3;

/** The server, with a `watcher` for the code under test. */
export class HistoryServer {
  /** The watcher for the code under test. */
  readonly watcher = new ScriptedWatcher((call) => this.#called(call));
  /** The versions of the changes so far. */
  readonly changes: number[] = [];

  readonly #faults: StartFault[] = [];
  readonly #failedStarts = new Map<ScriptedCall, StartFault>();
  #revision = 1;
  #gone = 0;

  /** Makes a change. */
  change(): void {
    const version = ++this.#revision;
    this.changes.push(version);
    this.#last?.send(added(version));
  }

  /** Advances the version, as changes of other resources do. */
  skip(by: number): void {
    this.#revision += by;
  }

  /** Sends a bookmark to the open watch. */
  bookmark(): void {
    this.#last?.send(bookmark(this.#revision));
  }

  /** Makes a future start fail. */
  fault(fault: StartFault): void {
    this.#faults.push(fault);
  }

  /** Makes all future starts succeed. */
  heal(): void {
    this.#faults.length = 0;
  }

  /** Starts over with another watcher, which counts its own 410 responses. */
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

  /** Returns whether an attempt delivered an event or a bookmark. */
  heard({ taken }: ScriptedCall): boolean {
    return taken.some((entry) =>
      entry.type === "event" && entry.event.type !== "ERROR"
    );
  }

  /** Returns how an attempt ended by itself; `undefined` if it did not. */
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
    : new ConnectionError("No route to the server");
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
