/**
 * Turns what an observer sees into metrics and spans.
 *
 * @module
 */

import {
  type Attributes,
  type Meter,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { StatusError } from "../api/status_error.ts";
import { endsInitialEvents } from "../api/_initial_events.ts";
import type { WatchEvent, WatchOptions } from "../api/types.ts";
import type {
  ListObserver,
  StreamObserver,
  WaitObserver,
  WatchObserver,
  WatchRestart,
} from "../watch/mod.ts";

/** Options for {@linkcode otelObserver}. */
export interface OtelObserverOptions {
  /**
   * Creates the instruments.
   *
   * @default {metrics.getMeter("@watchtools/kube")}
   */
  meter?: Meter | undefined;
  /**
   * Creates the spans.
   *
   * @default {trace.getTracer("@watchtools/kube")}
   */
  tracer?: Tracer | undefined;
  /** Attributes of all metrics and spans, such as the name of the resource. */
  attributes?: Attributes | undefined;
}

const SCOPE = "@watchtools/kube";

/** A watch that ends sooner, without an event, is a short one: client-go's. */
const SHORT_MS = 1_000;

/** Bounds of durations from a millisecond to the ten minutes of a watch. */
const SECONDS = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  600,
];

/** Bounds of numbers of items. */
const COUNTS = [0, 1, 10, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000];

/**
 * Creates an observer that records metrics and spans. One observer may be used
 * for any number of watchers of the same resource.
 *
 * | metric | kind | attributes |
 * | --- | --- | --- |
 * | `watchtools.list.duration` | histogram, seconds | `error.type` |
 * | `watchtools.list.items` | histogram | |
 * | `watchtools.watch.duration` | histogram, seconds | `error.type` |
 * | `watchtools.watch.events` | counter | `watchtools.event.type` |
 * | `watchtools.watch.events_per_watch` | histogram | |
 * | `watchtools.watch.short` | counter | |
 * | `watchtools.watch.restarts` | counter | `error.type` |
 * | `watchtools.watch.errors` | counter | `error.type` |
 * | `watchtools.watch.lag` | histogram, seconds | `watchtools.event.type` |
 * | `watchtools.resource_version` | gauge | |
 * | `watchtools.events.buffered` | gauge | |
 * | `watchtools.wait.duration` | histogram, seconds | `error.type` |
 *
 * The spans are `watchtools.list`, `watchtools.watch` and `watchtools.wait`. A
 * list or watch that ends with an `AbortError` or a `TimeoutError`, since the
 * program or its time limit has stopped it, has not failed.
 *
 * The lag is the time from a change, as `managedFields` or the deletion tell in
 * whole seconds, to its delivery: clocks that differ show in it. It is not
 * recorded for events that tell neither (without `managedFields`, or of an
 * object that was deleted at once), nor for the initial events of a watch.
 *
 * @param options The meter, the tracer and the attributes.
 * @returns The observer, for the option `observer`.
 *
 * @example Observe a wait
 * ```ts
 * import { listWatchUntil } from "@watchtools/kube";
 * import { otelObserver } from "@watchtools/kube/otel";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher({ objects: [{ metadata: { name: "a" } }] });
 * const event = await listWatchUntil(pods, ({ type }) => type === "ADDED", {
 *   observer: otelObserver(),
 * });
 * assertEquals(event.type, "ADDED");
 * ```
 */
export function otelObserver(
  options: OtelObserverOptions = {},
): WatchObserver {
  return new OtelObserver(options);
}

class OtelObserver implements WatchObserver {
  readonly #tracer: Tracer;
  readonly #attributes: Attributes;
  readonly #instruments: ReturnType<typeof createInstruments>;

  constructor({ meter, tracer, attributes = {} }: OtelObserverOptions) {
    this.#tracer = tracer ?? trace.getTracer(SCOPE);
    this.#attributes = attributes;
    this.#instruments = createInstruments(meter ?? metrics.getMeter(SCOPE));
  }

  readonly onRestart = ({ cause }: WatchRestart): void => {
    const { restarts } = this.#instruments;
    restarts.add(1, { ...this.#attributes, ...errorType(cause) });
  };

  readonly onWatchError = (error: unknown): void => {
    const { errors } = this.#instruments;
    errors.add(1, { ...this.#attributes, ...errorType(error) });
  };

  readonly onBuffered = (events: number): void => {
    this.#instruments.buffered.record(events, this.#attributes);
  };

  readonly listStarted = (): ListObserver => {
    const span = this.#span("watchtools.list");
    const { listDuration, listItems } = this.#instruments;
    const clock = startClock();
    return {
      ended: ({ items, resourceVersion, error: reason }) => {
        const error = failureOf(reason);
        listDuration.record(clock(), {
          ...this.#attributes,
          ...errorType(error),
        });
        if (items !== undefined) {
          listItems.record(items, this.#attributes);
          span.setAttribute("watchtools.list.items", items);
        }
        this.#recordVersion(resourceVersion);
        endSpan(span, error);
      },
    };
  };

  readonly watchStarted = (
    { sendInitialEvents = false }: WatchOptions = {},
  ): StreamObserver => {
    const span = this.#span("watchtools.watch");
    const clock = startClock();
    let events = 0;
    let isInitial = sendInitialEvents;
    return {
      event: (event) => {
        events++;
        this.#delivered(event, isInitial);
        isInitial &&= event.type !== "BOOKMARK" ||
          !endsInitialEvents(event.object);
      },
      ended: (reason) => {
        this.#watchEnded(clock(), events, reason);
        span.setAttribute("watchtools.watch.events", events);
        endSpan(span, failureOf(reason));
      },
    };
  };

  readonly waitStarted = (): WaitObserver => {
    const span = this.#span("watchtools.wait");
    const clock = startClock();
    return {
      ended: (error) => {
        const attributes = { ...this.#attributes, ...errorType(error) };
        this.#instruments.waitDuration.record(clock(), attributes);
        endSpan(span, error);
      },
    };
  };

  #watchEnded(seconds: number, events: number, reason: unknown): void {
    const { watchDuration, eventsPerWatch, short } = this.#instruments;
    const error = failureOf(reason);
    const isStopped = error !== reason;
    const attributes = { ...this.#attributes, ...errorType(error) };
    watchDuration.record(seconds, attributes);
    eventsPerWatch.record(events, this.#attributes);
    if (events === 0 && seconds * 1_000 < SHORT_MS && !isStopped) {
      short.add(1, this.#attributes);
    }
  }

  #delivered(event: WatchEvent, isInitial: boolean): void {
    const attributes = {
      ...this.#attributes,
      "watchtools.event.type": event.type,
    };
    this.#instruments.events.add(1, attributes);
    if (event.type === "ERROR") return;
    this.#recordVersion(event.object.metadata?.resourceVersion);
    const changedAt = isInitial ? undefined : timeOf(event);
    if (changedAt === undefined) return;
    const lag = Math.max(0, Date.now() - changedAt) / 1_000;
    this.#instruments.lag.record(lag, attributes);
  }

  #recordVersion(version: string | undefined): void {
    const number = Number(version || NaN);
    if (!Number.isFinite(number)) return;
    this.#instruments.version.record(number, this.#attributes);
  }

  #span(name: string): Span {
    return this.#tracer.startSpan(name, {
      kind: SpanKind.CLIENT,
      attributes: this.#attributes,
    });
  }
}

function createInstruments(meter: Meter) {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const counts = (name: string, unit: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit,
      advice: { explicitBucketBoundaries: COUNTS },
    });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { description, unit });
  const gauge = (name: string, unit: string, description: string) =>
    meter.createGauge(name, { description, unit });
  return {
    listDuration: seconds("watchtools.list.duration", "Duration of lists"),
    listItems: counts("watchtools.list.items", "{item}", "Items of lists"),
    watchDuration: seconds("watchtools.watch.duration", "Duration of watches"),
    events: counter("watchtools.watch.events", "{event}", "Events of watches"),
    eventsPerWatch: counts(
      "watchtools.watch.events_per_watch",
      "{event}",
      "Events of each watch",
    ),
    short: counter(
      "watchtools.watch.short",
      "{watch}",
      "Watches that ended at once, without an event",
    ),
    restarts: counter(
      "watchtools.watch.restarts",
      "{restart}",
      "Restarts of watches",
    ),
    errors: counter(
      "watchtools.watch.errors",
      "{error}",
      "Failures of lists and watches of informers",
    ),
    lag: seconds(
      "watchtools.watch.lag",
      "Time from a change to its delivery",
    ),
    version: gauge(
      "watchtools.resource_version",
      "1",
      "The last resource version",
    ),
    buffered: gauge(
      "watchtools.events.buffered",
      "{event}",
      "Events that the consumer has not read",
    ),
    waitDuration: seconds("watchtools.wait.duration", "Duration of waits"),
  };
}

/** Returns the seconds since it was called. */
function startClock(): () => number {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt) / 1_000;
}

function endSpan(span: Span, error: unknown): void {
  if (error !== undefined && !isAbort(error)) {
    span.setAttributes(errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** The code of a Status, or the name of the class: never a message. */
function errorType(error: unknown): Attributes {
  if (error === undefined || isAbort(error)) return {};
  if (error instanceof StatusError && error.code !== undefined) {
    return { "error.type": String(error.code) };
  }
  return { "error.type": error instanceof Error ? error.name : "_OTHER" };
}

/** Whether the program has stopped it, which is no failure. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/**
 * Why a list or a watch has failed; undefined if the program or its time limit
 * has stopped it. What takes too long by itself is a `ConnectionError`.
 */
function failureOf(error: unknown): unknown {
  const isLimit = error instanceof Error && error.name === "TimeoutError";
  return isLimit || isAbort(error) ? undefined : error;
}

/** When the change was made, as far as the object tells. */
function timeOf({ type, object }: WatchEvent): number | undefined {
  if (!("metadata" in object)) return undefined;
  const metadata: unknown = object.metadata;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const managed: unknown = Reflect.get(metadata, "managedFields");
  const times = pastTimes(
    Array.isArray(managed) ? managed.map((entry) => entry?.time) : [],
  );
  if (type !== "DELETED") return latest(times);
  const deleted = pastTimes([Reflect.get(metadata, "deletionTimestamp")]);
  // Without one, it was deleted at once, at a time that it does not tell.
  return deleted.length === 0 ? undefined : latest([...deleted, ...times]);
}

function pastTimes(times: readonly unknown[]): number[] {
  return times.map((time) => Date.parse(String(time)))
    .filter((time) => time <= Date.now());
}

function latest(times: readonly number[]): number | undefined {
  return times.length > 0 ? Math.max(...times) : undefined;
}
