/**
 * Limits of runtimes on requests that are open at the same time. A watch is a
 * request that stays open, so that many of them leave none for anything else:
 * the next request waits in a queue and looks as if the server did not answer.
 * That is written to the console once.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { environmentVariable, isBun } from "../internal/runtime.ts";

/** How many requests Bun sends at a time, unless it has been told another. */
const BUN_LIMIT = 256;

/** How many connections browsers open to a host over HTTP/1.1. */
const BROWSER_LIMIT = 6;

/** How many requests may be open at a time, and what can be done about it. */
export interface RequestLimit {
  /** The number of requests. */
  readonly count: number;
  /** Whether it is one for each host, and not for all. */
  readonly perHost: boolean;
  /** What has the limit, and the way out, for the warning. */
  readonly explanation: string;
}

/** Counts the requests that are open, and warns when a limit is reached. */
export class OpenRequests {
  readonly #limitFor: (url: string) => RequestLimit | undefined;
  readonly #warn: (message: string) => void;
  readonly #open = new Map<string, number>();
  #warned = false;

  /**
   * Starts to count.
   *
   * @param limitFor Returns the limit for requests to a URL.
   * @param report Writes the warning.
   */
  constructor(
    limitFor: (url: string) => RequestLimit | undefined = runtimeLimit,
    report: (message: string) => void = warn,
  ) {
    this.#limitFor = limitFor;
    this.#warn = report;
  }

  /** Whether a request may have waited for others and not for the server. */
  get hasWarned(): boolean {
    return this.#warned;
  }

  /**
   * Counts a request.
   *
   * @param url Its URL.
   * @returns Call it once, when the request is over.
   */
  add(url: string): () => void {
    const limit = this.#limitFor(url);
    if (limit === undefined) return () => {};
    const key = limit.perHost ? new URL(url).host : "";
    const open = (this.#open.get(key) ?? 0) + 1;
    this.#open.set(key, open);
    if (open >= limit.count && !this.#warned) {
      this.#warned = true;
      const where = limit.perHost ? ` to ${key}` : "";
      this.#warn(
        `${open} requests${where} are open, watches included, and no other is sent until one of them ends: ${limit.explanation}`,
      );
    }
    return () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    };
  }
}

/** The requests of this program. */
export const openRequests: OpenRequests = new OpenRequests();

/**
 * The limit of this runtime.
 *
 * @param url The URL of a request.
 * @returns The limit; undefined if there is none.
 */
export function runtimeLimit(url: string): RequestLimit | undefined {
  if (isBun()) {
    const configured = environmentVariable("BUN_CONFIG_MAX_HTTP_REQUESTS");
    return {
      count: Number.parseInt(configured ?? "", 10) || BUN_LIMIT,
      perHost: false,
      explanation:
        "this is Bun's limit; set BUN_CONFIG_MAX_HTTP_REQUESTS to a higher number before the process starts",
    };
  }
  // Servers with TLS speak HTTP/2, which has no such limit.
  if (!("document" in globalThis) || !url.startsWith("http:")) return undefined;
  return {
    count: BROWSER_LIMIT,
    perHost: true,
    explanation:
      "this is the limit of browsers for HTTP/1.1; use a server with HTTP/2, or watch fewer resources",
  };
}
