/**
 * The steps of a differential test.
 *
 * @module
 */

import type { HttpRequest } from "./_differential.ts";
import type { DifferentialClient, Until } from "./_differential_client.ts";

/** What a request may refer to: the earlier answers of the same server. */
export type Memory = Pick<DifferentialClient, "value" | "object">;

/** A request, or one that depends on earlier answers. */
export type Asking = HttpRequest | ((memory: Memory) => HttpRequest);

/** A step: what is sent to both servers. */
export interface Step {
  readonly name: string;
  readonly kind: "send" | "open" | "read" | "close" | "settle" | "compact";
  readonly asking?: Asking | undefined;
  /** What to read of a watch. */
  readonly until?: Until | undefined;
  /** The answer that ends a `settle`. */
  readonly settled?: ((body: unknown, status: number) => boolean) | undefined;
  readonly options: StepOptions;
}

/** How a step is compared. */
export interface StepOptions {
  /** Whether the name is generated. */
  readonly generates?: boolean | undefined;
  /** Whether the cache that answers may be behind. */
  readonly lenient?: boolean | undefined;
  /**
   * What the fake does not do, by its heading in `docs/fake_server.md`. Only the
   * paths that match `except` are not compared.
   */
  readonly missing?:
    | { readonly what: string; readonly except: RegExp }
    | undefined;
}

export const JSON_PATCH = { "content-type": "application/json-patch+json" };
export const MERGE_PATCH = { "content-type": "application/merge-patch+json" };

/** Sends a request. */
export function send(
  name: string,
  asking: Asking,
  options: StepOptions = {},
): Step {
  return { name, kind: "send", asking, options };
}

/** Opens a watch. */
export function open(
  name: string,
  asking: Asking,
  options: StepOptions = {},
): Step {
  return { name, kind: "open", asking, options };
}

/** Reads from an open watch. */
export function read(
  name: string,
  until: Until,
  options: StepOptions = {},
): Step {
  return { name, kind: "read", until, options };
}

/** Closes a watch. */
export function close(name: string): Step {
  return { name, kind: "close", options: {} };
}

/** Opens a watch, reads what it sends, and closes it. */
export function glance(
  name: string,
  asking: Asking,
  until: Until = "quiet",
): Step[] {
  return [open(name, asking), read(name, until), close(name)];
}

/** Discards the history of both servers. */
export function compact(): Step {
  return { name: "compact", kind: "compact", options: {} };
}

/** Sends a request until its answer is as expected. */
export function settle(
  name: string,
  asking: Asking,
  settled: (body: unknown, status: number) => boolean,
  options: StepOptions = {},
): Step {
  return { name, kind: "settle", asking, settled, options };
}

export function get(
  path: string,
  headers?: HttpRequest["headers"],
): HttpRequest {
  return { method: "GET", path, headers };
}

export function post(path: string, body: unknown): HttpRequest {
  return { method: "POST", path, body };
}

export function put(path: string, body: unknown): HttpRequest {
  return { method: "PUT", path, body };
}

export function merge(path: string, body: unknown): HttpRequest {
  return { method: "PATCH", path, body, headers: MERGE_PATCH };
}

export function jsonPatch(path: string, body: unknown): HttpRequest {
  return { method: "PATCH", path, body, headers: JSON_PATCH };
}

export function remove(path: string, body?: unknown): HttpRequest {
  return { method: "DELETE", path, ...(body === undefined ? {} : { body }) };
}
