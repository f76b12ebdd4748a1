#!/bin/sh
# What OpenTelemetry for JavaScript exports of an observable gauge once its callback
# no longer observes some attributes, as when a pod is gone.
#
# Expected: what the callback observes. The specification of the metrics SDK says
# that attributes which are not observed in a successful callback should not be
# exported, and a gauge says what is now.
# Seen (@opentelemetry/sdk-metrics 3.1.1 on Node 24.21.0): with cumulative
# temporality, the default, each pod that was ever there is exported with its last
# value until the process ends. With delta temporality it is not, but with both it
# counts against the cardinality limit for good. When 1999 pods have come and gone,
# one after the other, all later ones share one data point with the attribute
# `otel.metric.overflow`: of three pods, two of which are not ready, a 1 is exported.
#
# Output seen:
#   cumulative, a and b: a=1 b=1
#   cumulative, a alone: a=1 b=1
#   cumulative, neither: a=1 b=1
#   cumulative, x=0 y=0 z=1 after 1999 others: 2000 data points, with overflow=1
#   delta, a and b: a=1 b=1
#   delta, a alone: a=1
#   delta, neither:
#   delta, x=0 y=0 z=1 after 1999 others: overflow=1
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.21.0 @opentelemetry/api@1.10.0 \
  @opentelemetry/sdk-metrics@3.1.1 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { AggregationTemporality, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

/** A gauge of pods: what is exported when these pods are observed. */
function gaugeOf(temporality) {
  const reader = new Reader({ aggregationTemporalitySelector: () => temporality });
  const meter = new MeterProvider({ readers: [reader] }).getMeter("pods");
  let pods = {};
  meter.createObservableGauge("ready").addCallback((result) => {
    for (const [pod, ready] of Object.entries(pods)) result.observe(ready, { pod });
  });
  return async (observed) => {
    pods = observed;
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw errors[0];
    return resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints ?? [];
  };
}

function show(points) {
  const shown = points.map(({ attributes, value }) => {
    return { pod: attributes.pod, text: `${attributes.pod ?? "overflow"}=${value}` };
  });
  if (points.length < 10) return shown.map(({ text }) => ` ${text}`).join("");
  const others = shown.filter(({ pod }) => !pod?.startsWith("pod-"));
  return ` ${points.length} data points, with ${others.map(({ text }) => text).join(" ")}`;
}

for (const name of ["cumulative", "delta"]) {
  const temporality = AggregationTemporality[name.toUpperCase()];
  const few = gaugeOf(temporality);
  console.log(`${name}, a and b:${show(await few({ a: 1, b: 1 }))}`);
  console.log(`${name}, a alone:${show(await few({ a: 1 }))}`);
  console.log(`${name}, neither:${show(await few({}))}`);
  const many = gaugeOf(temporality);
  for (let count = 0; count < 1999; count++) await many({ [`pod-${count}`]: 1 });
  const points = await many({ x: 0, y: 0, z: 1 });
  console.log(`${name}, x=0 y=0 z=1 after 1999 others:${show(points)}`);
}
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "cumulative, a and b: a=1 b=1
cumulative, a alone: a=1 b=1
cumulative, neither: a=1 b=1
cumulative, x=0 y=0 z=1 after 1999 others: 2000 data points, with overflow=1
delta, a and b: a=1 b=1
delta, a alone: a=1
delta, neither:
delta, x=0 y=0 z=1 after 1999 others: overflow=1" ]
