/**
 * A server, or a lister and watcher, that answers with any JSON in any place:
 * what it sends is valid but for one or two places, each of which holds any
 * value. Everything that consumes lists and watches is put in front of it.
 *
 * Nothing here is Deno's own, so that the same cases run on Node.
 *
 * @module
 */

import fc from "fast-check";
import { StatusError } from "../../api/status_error.ts";
import { untyped } from "./scripted_watcher.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";

/** One answer of the server's. */
export type Answer =
  | { readonly kind: "failure"; readonly code: number; readonly body: unknown }
  | { readonly kind: "list"; readonly body: unknown }
  | { readonly kind: "events"; readonly events: readonly unknown[] };

/** Stands for a value that is nested 100,000 levels deep. */
export const DEEP = "(nested 100,000 levels deep)";

const DEEP_JSON = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** JSON text, with the deep value where it is to be. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(`"${DEEP}"`, DEEP_JSON);
}

function status(code: number, reason: string) {
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: `${reason}, which is why`,
    reason,
    code,
    details: {
      name: "a",
      kind: "configmaps",
      retryAfterSeconds: 0,
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large" }],
    },
  };
}

const STATUSES = [
  status(401, "Unauthorized"),
  status(403, "Forbidden"),
  status(404, "NotFound"),
  status(410, "Expired"),
  status(410, "Gone"),
  status(422, "Invalid"),
  status(429, "TooManyRequests"),
  status(500, "InternalError"),
  status(503, "ServiceUnavailable"),
  status(504, "Timeout"),
];

function configMap(name: string, resourceVersion: string) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace: "default",
      uid: `uid of ${name}`,
      resourceVersion,
      annotations: { "k8s.io/initial-events-end": "true" },
      labels: { app: "web" },
    },
    data: { key: "value" },
  };
}

const LIST = {
  apiVersion: "v1",
  kind: "ConfigMapList",
  metadata: { resourceVersion: "5", continue: "" },
  items: [configMap("a", "3"), configMap("b", "4")],
};

const EVENTS = [
  { type: "ADDED", object: configMap("a", "3") },
  { type: "MODIFIED", object: configMap("a", "6") },
  { type: "DELETED", object: configMap("b", "7") },
  { type: "BOOKMARK", object: configMap("", "8") },
  ...STATUSES.map((object) => ({ type: "ERROR", object })),
];

/** The ways to all values within a value, the value itself included. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  const here = [[...path]];
  if (typeof value !== "object" || value === null) return here;
  return here.concat(
    Object.entries(value).flatMap(([key, field]) =>
      pathsIn(field, [...path, key])
    ),
  );
}

function replaced(
  value: unknown,
  path: readonly string[],
  by: unknown,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) {
    return by;
  }
  const copy: object = Array.isArray(value) ? [...value] : { ...value };
  Reflect.set(copy, key, replaced(Reflect.get(value, key), rest, by));
  return copy;
}

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1.5,
      1e300,
      "",
      "0",
      "x",
      true,
      [],
      {},
      [null],
      [[[]]],
      { message: {} },
      { items: null },
      DEEP,
      "y".repeat(10_000),
    ),
  },
);

/** A value with any value in up to three of its places. */
function hostile(valid: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(valid);
  const change = fc.tuple(fc.constantFrom(...paths), anyValue);
  return fc.array(change, { minLength: 0, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>(
      (value, [path, by]) => replaced(value, path, by),
      valid,
    )
  );
}

const hostileEvent = fc.oneof(
  fc.constantFrom(...EVENTS.filter(({ type }) => type !== "ERROR")),
  fc.constantFrom(...EVENTS.filter(({ type }) => type === "ERROR")),
).chain(hostile);

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom(...STATUSES).chain((status) =>
    fc.record({
      kind: fc.constant("failure" as const),
      code: fc.constant(status.code),
      body: hostile(status),
    })
  ),
  fc.record({ kind: fc.constant("list" as const), body: hostile(LIST) }),
  fc.record({
    kind: fc.constant("events" as const),
    events: fc.array(hostileEvent, { maxLength: 5 }),
  }),
);

/** What the server answers, one request after the other. */
export const answers: fc.Arbitrary<Answer[]> = fc.array(answer, {
  minLength: 1,
  maxLength: 6,
});

/** What a healthy server holds, once the hostile answers are over. */
export const HEALTHY: KubernetesObject = configMap("healthy", "20");

const HEALTHY_LIST: KubernetesList = {
  apiVersion: "v1",
  kind: "ConfigMapList",
  metadata: { resourceVersion: "21" },
  items: [HEALTHY],
};

/** Gives the hostile answers, one for each request, and is healthy then. */
class Script {
  readonly #answers: readonly Answer[];
  #next = 0;

  constructor(given: readonly Answer[]) {
    this.#answers = given;
  }

  take(): Answer | undefined {
    return this.#answers[this.#next++];
  }

  /** Whether a request has been answered as a healthy server does. */
  get isOver(): boolean {
    return this.#next > this.#answers.length;
  }

  get requests(): number {
    return this.#next;
  }
}

/** A server whose answers are given, and how far it has come. */
export interface HostileServer {
  /** Whether it has answered as a healthy server. */
  readonly isOver: boolean;
  /** How many requests there were. */
  readonly requests: number;
}

/** What a `fetch` to such a server answers. */
export class HostileHttpServer implements HostileServer {
  readonly #script: Script;

  constructor(given: readonly Answer[]) {
    this.#script = new Script(given);
  }

  get isOver(): boolean {
    return this.#script.isOver;
  }

  get requests(): number {
    return this.#script.requests;
  }

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const isWatch = new URL(url).searchParams.get("watch") === "true";
    const next = this.#script.take();
    switch (next?.kind) {
      case undefined:
        return Promise.resolve(
          isWatch
            ? new Response(openBody(init.signal ?? undefined))
            : Response.json(HEALTHY_LIST),
        );
      case "failure":
        return Promise.resolve(
          new Response(toJson(next.body), { status: next.code }),
        );
      case "list":
        return Promise.resolve(new Response(toJson(next.body)));
      case "events":
        return Promise.resolve(
          new Response(
            next.events.map((event) => `${toJson(event)}\n`).join(""),
          ),
        );
    }
  };
}

/** A body that stays open until it is aborted or cancelled. */
function openBody(signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener("abort", () => {
        try {
          controller.error(signal.reason);
        } catch {
          // It has been cancelled already.
        }
      }, { once: true });
    },
  });
}

/** The same without HTTP, so that nothing is decoded before it is used. */
export class HostileListerWatcher implements ListerWatcher, HostileServer {
  readonly #script: Script;

  constructor(given: readonly Answer[]) {
    this.#script = new Script(given);
  }

  get isOver(): boolean {
    return this.#script.isOver;
  }

  get requests(): number {
    return this.#script.requests;
  }

  list(_options: ListOptions): Promise<KubernetesList> {
    const next = this.#script.take();
    switch (next?.kind) {
      case undefined:
        return Promise.resolve(structuredClone(HEALTHY_LIST));
      case "failure":
        return Promise.reject(failureOf(next));
      case "list":
        return Promise.resolve(untyped(next.body));
      case "events":
        return Promise.resolve(untyped(next.events));
    }
  }

  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent>> {
    const next = this.#script.take();
    switch (next?.kind) {
      case undefined:
        return Promise.resolve(untyped(openBody(options.signal)));
      case "failure":
        return Promise.reject(failureOf(next));
      case "list":
        return Promise.resolve(untyped(next.body));
      case "events":
        return Promise.resolve(untyped(streamOf(next.events)));
    }
  }
}

function failureOf({ code, body }: Answer & { kind: "failure" }): unknown {
  return typeof body === "object" && body !== null
    ? new StatusError(untyped({ code, ...body }))
    : body;
}

function streamOf(events: readonly unknown[]): ReadableStream<unknown> {
  const left = [...events];
  return new ReadableStream({
    pull(controller) {
      if (left.length === 0) controller.close();
      else controller.enqueue(left.shift());
    },
  }, { highWaterMark: 0 });
}
