/**
 * How often the clients have asked, by the fault that was in force, and how
 * often they may.
 *
 * @module
 */

import type { ScheduledFault } from "../../testing/mod.ts";
import type { Sent } from "./_network.ts";

/** The most requests in any {@linkcode WINDOW_MS}, by what sends them. */
export const MOST_REQUESTS: Readonly<Record<string, number>> = {
  // A watch a second, and before it the question for the server's version.
  "RetryWatcher": 42,
  // A watch every 800 ms at most, and a list before it.
  "informer": 52,
  // As one of those; another may have ended just before.
  "wait": 54,
  // As a RetryWatcher; an invocation begins with two lists more.
  "resumeWatch": 46,
};

/** The time in which requests are counted. */
export const WINDOW_MS = 20_000;

/** Requests while a fault was in force. */
interface Row {
  minutes: number;
  requests: number;
  most: number;
}

/** The requests of any number of simulations, by fault and kind of client. */
export class RequestTable {
  readonly #rows = new Map<string, Map<string, Row>>();

  /** Adds the requests of a client while each fault was in force. */
  add(
    kind: string,
    sent: readonly Sent[],
    faults: readonly ScheduledFault[],
  ): void {
    const times = sent.filter(({ continued }) => !continued).map(({ at }) =>
      at
    );
    for (const { atMs, lastsMs, fault, target } of faults) {
      if (lastsMs < WINDOW_MS) continue;
      const within = times.filter((at) => at >= atMs && at < atMs + lastsMs);
      const row = this.#row(`${fault.type}, ${target.verb ?? "all"}`, kind);
      row.minutes += lastsMs / 60_000;
      row.requests += within.length;
      row.most = Math.max(row.most, mostIn(within));
    }
  }

  /** The table as lines of Markdown. */
  lines(): string[] {
    const kinds = Object.keys(MOST_REQUESTS);
    const head = ["fault, of which requests", ...kinds];
    const rows = [...this.#rows].sort(([a], [b]) => a < b ? -1 : 1);
    return [
      `| ${head.join(" | ")} |`,
      `| ${head.map(() => "---").join(" | ")} |`,
      ...rows.map(([fault, byKind]) =>
        `| ${fault} | ${
          kinds.map((kind) => cell(byKind.get(kind))).join(" | ")
        } |`
      ),
    ];
  }

  #row(fault: string, kind: string): Row {
    const byKind = this.#rows.get(fault) ?? new Map<string, Row>();
    this.#rows.set(fault, byKind);
    const row = byKind.get(kind) ?? { minutes: 0, requests: 0, most: 0 };
    byKind.set(kind, row);
    return row;
  }
}

function cell(row: Row | undefined): string {
  if (row === undefined) return "–";
  const { minutes, requests, most } = row;
  return `${(requests / minutes).toFixed(1)} (${most})`;
}

/** The most requests in any window. */
export function mostIn(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, at] of times.entries()) {
    while (at - (times[from] ?? at) >= WINDOW_MS) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
