/**
 * A server for random tests: it keeps all changes, and a watch from version n
 * gets the changes after n and bookmarks. Tests decide how future watches fail
 * to start, how future lists fail, and how the open watch ends. Its calls
 * record each attempt and how it ended.
 *
 * It may be restored from a backup. As a kube-apiserver, it then accepts a
 * watch from a version that it has not reached, and sends it nothing.
 *
 * @module
 */

import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { versionOf } from "../../api/_untrusted.ts";
import type { KubernetesList, Status } from "../../api/types.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  type ScriptedList,
  ScriptedListerWatcher,
} from "./scripted_watcher.ts";

/** How a watch fails to start. */
export type StartFault =
  | { kind: "status"; code: number; retryAfterSeconds?: number | undefined }
  | { kind: "unreachable" }
  | { kind: "missing" }
  | { kind: "garbage" }
  | { kind: "hang" };

/** How an open watch ends. */
export type Cut =
  | { kind: "end" }
  | { kind: "break"; lossy: boolean }
  | { kind: "error"; code: number; retryAfterSeconds?: number | undefined }
  | { kind: "garbage" }
  | { kind: "stall" };

/** How a list fails. */
export type ListFault = "fail" | "hang";

/** How an attempt ended by itself: with a failure, or normally. */
export type Ending =
  | { failed: true; retryAfterMs: number }
  | { failed: false };

/** The name of the objects whose events are late. */
export const LATE = "late";

/** The number of consecutive 410 responses that a watcher tolerates. */
const GONE_IN_A_ROW = 3;

/** The server, with a `watcher` for the code under test. */
export class HistoryServer {
  /** The watcher for the code under test. */
  readonly watcher = new ScriptedListerWatcher(
    (call) => this.#called(call),
    (list) => this.#listed(list),
  );

  readonly #faults: StartFault[] = [];
  readonly #listFaults: ListFault[] = [];
  readonly #listAnswers = new Map<ScriptedList, ListFault | number>();
  readonly #failedStarts = new Map<ScriptedCall, StartFault>();
  #changes: number[] = [];
  #revision = 1;
  #gone = 0;

  /** The versions of the changes so far, as the server remembers them. */
  get changes(): readonly number[] {
    return this.#changes;
  }

  /** The version of the server. */
  get revision(): number {
    return this.#revision;
  }

  /** Makes a change. */
  change(): void {
    const version = ++this.#revision;
    this.#changes.push(version);
    const call = this.#last;
    if (call !== undefined && version > startOf(call)) {
      call.send(added(version));
    }
  }

  /** Goes back to an earlier version, which breaks the open watch. */
  restore(by: number): void {
    const to = Math.max(1, this.#revision - by);
    this.#revision = to;
    this.#changes = this.#changes.filter((version) => version <= to);
    this.cut({ kind: "break", lossy: true });
  }

  /** Advances the version, as changes of other resources do. */
  skip(by: number): void {
    this.#revision += by;
  }

  /** Sends a bookmark to the open watch, if it is not ahead of the server. */
  bookmark(): void {
    const call = this.#last;
    if (call === undefined || startOf(call) > this.#revision) return;
    call.send(bookmark(this.#revision));
  }

  /** Sends a bookmark without a version. */
  emptyBookmark(): void {
    this.#last?.send({ type: "BOOKMARK", object: {} });
  }

  /** Sends a bookmark or an event whose version is older than the watch. */
  late(type: "BOOKMARK" | "DELETED", by: number): void {
    const call = this.#last;
    if (call === undefined) return;
    const resourceVersion = String(Math.max(1, startOf(call) - by));
    call.send({ type, object: { metadata: { name: LATE, resourceVersion } } });
  }

  /** Makes future starts fail. */
  fault(fault: StartFault, times: number): void {
    for (let i = 0; i < times; i++) this.#faults.push(fault);
  }

  /** Makes a future list fail. */
  listFault(fault: ListFault): void {
    this.#listFaults.push(fault);
  }

  /** Makes all future starts and lists succeed. */
  heal(): void {
    this.#faults.length = 0;
    this.#listFaults.length = 0;
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
    if (cut.kind === "garbage") call.break(garbage());
    if (cut.kind === "break") {
      if (cut.lossy) call.discard();
      call.break(new ConnectionError("The connection was reset"));
    }
  }

  /** Returns whether an attempt delivered an event or a bookmark. */
  heard({ taken }: ScriptedCall): boolean {
    return taken.some((entry) =>
      entry.type === "event" && versionOf(entry.event.object) !== undefined
    );
  }

  /** Returns whether an attempt ended at a line that is not an event. */
  isUndecodable({ taken }: ScriptedCall): boolean {
    const last = taken.at(-1);
    return last?.type === "break" &&
      last.error instanceof UndecodableEventError;
  }

  /**
   * Returns whether nothing in an attempt shows that the server has the version
   * that it started from.
   */
  isDoubtful(call: ScriptedCall): boolean {
    if (this.heard(call)) return false;
    const fault = this.#failedStarts.get(call);
    if (fault !== undefined) return fault.kind === "unreachable";
    const last = call.taken.at(-1);
    if (last?.type === "event") return last.event.type === "BOOKMARK";
    return !this.isUndecodable(call);
  }

  /** Returns how a list was answered: how it failed, or the version. */
  answerTo(list: ScriptedList): ListFault | number | undefined {
    return this.#listAnswers.get(list);
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
      const from = startOf(call);
      const news = this.#changes.filter((version) => version > from);
      call.open().send(...news.map(added));
      return;
    }
    if (fault.kind === "hang") return;
    if (fault.kind === "garbage") {
      call.open().break(garbage());
      return;
    }
    this.#failedStarts.set(call, fault);
    if (fault.kind === "missing") call.answer(undefined);
    else call.fail(errorOf(fault));
  }

  #listed(list: ScriptedList): Promise<KubernetesList> {
    const answer = this.#listFaults.shift() ?? this.#revision;
    this.#listAnswers.set(list, answer);
    if (answer === "hang") return new Promise(() => {});
    if (answer === "fail") {
      return Promise.reject(new StatusError({ code: 500 }));
    }
    const metadata = { resourceVersion: String(answer), continue: "more" };
    return Promise.resolve({ metadata, items: [{}] });
  }

  #nextFault(): StartFault | undefined {
    const fault = this.#faults.shift();
    const isGone = fault?.kind === "status" && fault.code === 410;
    const bearable = !isGone || this.#gone < GONE_IN_A_ROW;
    this.#gone = isGone && bearable ? this.#gone + 1 : 0;
    return bearable ? fault : undefined;
  }
}

/** The version that a watch was started from. */
function startOf({ options }: ScriptedCall): number {
  return Number(options.resourceVersion);
}

function garbage(): UndecodableEventError {
  return new UndecodableEventError("The line is not valid JSON");
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
