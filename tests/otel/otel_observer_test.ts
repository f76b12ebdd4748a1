// Metrics and spans: through OpenTelemetry's SDK in memory, and from a Deno
// process with OTEL_DENO=true to a collector that the test starts.

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createNoopMeter, SpanStatusCode } from "@opentelemetry/api";
import {
  IndexerInformerWatcher,
  listWatchUntil,
  RestListerWatcher,
  RetryWatcher,
  type WatchEvent,
} from "../../mod.ts";
import { otelObserver } from "../../otel/mod.ts";
import { FakeApiServer } from "../../testing/mod.ts";

const ATTRIBUTES = { "k8s.resource.name": "pods" };

/** OpenTelemetry's SDK, which keeps everything in memory. */
class Telemetry implements AsyncDisposable {
  readonly #metrics = new InMemoryMetricExporter(
    AggregationTemporality.CUMULATIVE,
  );
  readonly #spans = new InMemorySpanExporter();
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 2 ** 31 - 1,
  });
  readonly #meters = new MeterProvider({ readers: [this.#reader] });
  readonly #tracers = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly observer = otelObserver({
    meter: this.#meters.getMeter("test"),
    tracer: this.#tracers.getTracer("test"),
    attributes: ATTRIBUTES,
  });

  /** The data points of all metrics: a value or a count, and attributes. */
  async points(): Promise<Map<string, [unknown, object][]>> {
    await this.#reader.forceFlush();
    const last = this.#metrics.getMetrics().at(-1);
    const all = last?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    return new Map(all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value, attributes }): [unknown, object] => [
        typeof value === "object" && "count" in value ? value.count : value,
        attributes,
      ]),
    ]));
  }

  get spans() {
    return this.#spans.getFinishedSpans();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#meters.shutdown();
    await this.#tracers.shutdown();
  }
}

function pod(name: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
  };
}

function managed(time: string) {
  return { managedFields: [{ time }] };
}

function podsOf({ fetch }: FakeApiServer): RestListerWatcher {
  return new RestListerWatcher({
    server: "http://fake",
    path: "/api/v1/namespaces/default/pods",
    fetch,
  });
}

Deno.test("otelObserver() records lists, watches and events of an informer", async () => {
  await using telemetry = new Telemetry();
  await using server = new FakeApiServer({ objects: [pod("a"), pod("b")] });
  const informer = new IndexerInformerWatcher(podsOf(server), {
    watchList: false,
    observer: telemetry.observer,
  });
  const events = informer.events.getReader();
  await informer.controller.synced;
  await server.watchStarted(1);
  const c = pod("c");
  server.create({
    ...c,
    metadata: { ...c.metadata, ...managed(new Date().toISOString()) },
  });
  for (let count = 0; count < 3; count++) await events.read();
  informer.stop();
  await informer.done;

  const points = await telemetry.points();
  assertEquals(points.get("watchtools.list.duration"), [[1, ATTRIBUTES]]);
  assertEquals(points.get("watchtools.list.items"), [[1, ATTRIBUTES]]);
  assertEquals(points.get("watchtools.watch.duration"), [[1, ATTRIBUTES]]);
  assertEquals(points.get("watchtools.watch.events"), [
    [1, { ...ATTRIBUTES, "watchtools.event.type": "ADDED" }],
  ]);
  assertEquals(points.get("watchtools.watch.lag")?.length, 1);
  assertEquals(points.get("watchtools.events.buffered")?.length, 1);
  const [[version] = []] = points.get("watchtools.resource_version") ?? [];
  assertEquals(String(version), server.resourceVersion);
  assertEquals(
    telemetry.spans.map(({ name, status }) => [name, status.code]),
    [
      ["watchtools.list", SpanStatusCode.UNSET],
      ["watchtools.watch", SpanStatusCode.UNSET],
    ],
  );
});

Deno.test("otelObserver() records restarts by cause", async () => {
  await using telemetry = new Telemetry();
  await using server = new FakeApiServer({ objects: [pod("a")] });
  const watcher = new RetryWatcher(server.resourceVersion, podsOf(server), {
    minRestartDelayMs: 0,
    observer: telemetry.observer,
  });
  const events = watcher.events.getReader();
  const read = events.read();
  await server.watchStarted(1);
  server.failNext({ status: 503, match: ({ query }) => "watch" in query });
  server.dropConnections();
  await server.watchStarted(2);
  server.create(pod("b"));
  await read;
  watcher.stop();
  await watcher.done;

  const points = await telemetry.points();
  assertEquals(points.get("watchtools.watch.restarts"), [
    [1, { ...ATTRIBUTES, "error.type": "TypeError" }],
    [1, { ...ATTRIBUTES, "error.type": "503" }],
  ]);
  const failed = telemetry.spans.filter(({ status }) =>
    status.code === SpanStatusCode.ERROR
  );
  assertEquals(failed.length, 2);
});

Deno.test("otelObserver() records waits, and how they fail", async () => {
  await using telemetry = new Telemetry();
  await using server = new FakeApiServer({ objects: [pod("a")] });
  const { observer } = telemetry;
  await listWatchUntil(podsOf(server), () => true, { observer });
  await listWatchUntil(podsOf(server), () => {
    throw new Error("no");
  }, { observer }).catch(() => {});
  const points = await telemetry.points();
  assertEquals(points.get("watchtools.wait.duration"), [
    [1, ATTRIBUTES],
    [1, { ...ATTRIBUTES, "error.type": "ConditionError" }],
  ]);
  const waits = telemetry.spans.filter(({ name }) =>
    name === "watchtools.wait"
  );
  assertEquals(waits.map(({ status }) => status.code), [
    SpanStatusCode.UNSET,
    SpanStatusCode.ERROR,
  ]);
});

/** An observer, and the values of its histogram of lags. */
function lagObserver() {
  const lags: number[] = [];
  const meter = createNoopMeter();
  const { createHistogram } = meter;
  meter.createHistogram = (name, options) =>
    name === "watchtools.watch.lag"
      ? { record: (seconds) => lags.push(seconds) }
      : createHistogram.call(meter, name, options);
  return { observer: otelObserver({ meter }), lags };
}

const NOW = Date.UTC(2030, 0, 1, 12);
const HOUR_AGO = "2030-01-01T11:00:00Z";

/** An event, and the lag in seconds that is recorded for it. */
const LAGS: [what: string, event: WatchEvent, lag: number | undefined][] = [
  ["a change", {
    type: "MODIFIED",
    object: {
      metadata: {
        creationTimestamp: HOUR_AGO,
        ...managed("2030-01-01T11:59:58Z"),
      },
    },
  }, 2],
  ["a change without managedFields", {
    type: "MODIFIED",
    object: { metadata: { creationTimestamp: HOUR_AGO } },
  }, undefined],
  ["an object that comes into a selection without managedFields", {
    type: "ADDED",
    object: { metadata: { creationTimestamp: HOUR_AGO } },
  }, undefined],
  ["a deletion", {
    type: "DELETED",
    object: {
      metadata: {
        creationTimestamp: HOUR_AGO,
        deletionTimestamp: "2030-01-01T11:59:57Z",
        ...managed(HOUR_AGO),
      },
    },
  }, 3],
  ["a deletion at once", {
    type: "DELETED",
    object: { metadata: { creationTimestamp: HOUR_AGO, ...managed(HOUR_AGO) } },
  }, undefined],
  ["a clock that is ahead", {
    type: "MODIFIED",
    object: { metadata: managed("2030-01-01T12:00:01Z") },
  }, undefined],
];

for (const [what, event, lag] of LAGS) {
  const recorded = lag === undefined ? "no lag" : "the lag";
  Deno.test(`otelObserver() records ${recorded} of ${what}`, () => {
    using _time = new FakeTime(NOW);
    const { observer, lags } = lagObserver();
    observer.watchStarted?.({}).event?.(event);
    assertEquals(lags, lag === undefined ? [] : [lag]);
  });
}

Deno.test("otelObserver() records no lag of the initial events of a watch", () => {
  using _time = new FakeTime(NOW);
  const { observer, lags } = lagObserver();
  const watch = observer.watchStarted?.({ sendInitialEvents: true });
  const annotations = { "k8s.io/initial-events-end": "true" };
  const changed = (time: string): WatchEvent => ({
    type: "ADDED",
    object: { metadata: managed(time) },
  });
  watch?.event?.(changed(HOUR_AGO));
  watch?.event?.({ type: "BOOKMARK", object: { metadata: { annotations } } });
  watch?.event?.(changed("2030-01-01T11:59:59Z"));
  assertEquals(lags, [1]);
});

Deno.test("otelObserver() counts no failure when the program or its time limit stops a list or a watch", async () => {
  for (const name of ["AbortError", "TimeoutError"]) {
    await using telemetry = new Telemetry();
    const error = new DOMException("enough", name);
    telemetry.observer.listStarted?.().ended({ error });
    telemetry.observer.watchStarted?.({}).ended(error);
    const points = await telemetry.points();
    assertEquals(points.get("watchtools.list.duration"), [[1, ATTRIBUTES]]);
    assertEquals(points.get("watchtools.watch.duration"), [[1, ATTRIBUTES]]);
    assertEquals(points.get("watchtools.watch.short"), undefined);
    assertEquals(
      telemetry.spans.map(({ status }) => status.code),
      [SpanStatusCode.UNSET, SpanStatusCode.UNSET],
    );
  }
});

Deno.test("otelObserver() records no version of a list that has none", async () => {
  await using telemetry = new Telemetry();
  const list = telemetry.observer.listStarted?.();
  list?.ended({ items: 0, resourceVersion: "" });
  assertEquals(
    (await telemetry.points()).get("watchtools.resource_version"),
    undefined,
  );
});

Deno.test("otelObserver() reaches a collector from Deno with OTEL_DENO=true", async () => {
  const paths = new Set<string>();
  const bodies: string[] = [];
  await using collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      paths.add(new URL(request.url).pathname);
      bodies.push(await request.text());
      return Response.json({});
    },
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-check",
      "--no-lock",
      `--import-map=${new URL(
        "../../tools/import_map.npm.json",
        import.meta.url,
      )}`,
      new URL("_otel_program.ts", import.meta.url).href,
    ],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    },
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assert(paths.has("/v1/metrics") && paths.has("/v1/traces"));
  const received = bodies.join("\n");
  for (
    const name of [
      "watchtools.list.duration",
      "watchtools.list.items",
      "watchtools.wait.duration",
      "watchtools.list",
      "watchtools.wait",
      "k8s.resource.name",
    ]
  ) assert(received.includes(name), `${name} has not been received`);
});
