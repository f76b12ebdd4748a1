/**
 * Events as lines: a table, JSON, names.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { WatchEvent } from "../mod.ts";
import { eventPrinter } from "../cli/_event_printer.ts";
import { resourceNamed } from "./_cli_resources.ts";

const options = { resource: resourceNamed("pods"), showNamespace: false };

function pod(name: string, phase: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      creationTimestamp: "2024-05-01T12:00:00Z",
    },
    status: { phase },
  };
}

const ERROR: WatchEvent = { type: "ERROR", object: { code: 410 } };
const BOOKMARK: WatchEvent = { type: "BOOKMARK", object: { metadata: {} } };

Deno.test("eventPrinter() writes a table whose columns fit what was there", () => {
  using _time = new FakeTime("2024-05-01T12:01:00Z");
  const printer = eventPrinter("table", options);
  const [short, long] = [pod("a", "Running"), pod("longer-name", "Pending")];
  printer.prepare([short, long]);
  assertEquals([
    ...printer.lines({ type: "ADDED", object: short }),
    ...printer.lines({ type: "MODIFIED", object: long }),
    ...printer.lines({ type: "DELETED", object: pod("x".repeat(14), "Done") }),
    ...printer.lines(BOOKMARK),
    ...printer.lines(ERROR),
  ], [
    "EVENT      NAME          STATUS                  AGE",
    "ADDED      a             Running                 60s",
    "MODIFIED   longer-name   Pending                 60s",
    "DELETED    xxxxxxxxxxxxxx   Done                    60s",
  ]);
});

Deno.test("eventPrinter() leaves room for names where none is known", () => {
  using _time = new FakeTime("2024-05-01T12:01:00Z");
  const printer = eventPrinter("table", { ...options, showNamespace: true });
  printer.prepare([]);
  assertEquals(printer.lines({ type: "ADDED", object: pod("a", "Running") }), [
    "EVENT      NAMESPACE   NAME                               STATUS                  AGE",
    "ADDED      shop        a                                  Running                 60s",
  ]);
});

Deno.test("eventPrinter() writes one JSON object a line, errors too", () => {
  const printer = eventPrinter("json", options);
  const object = { kind: "Pod", metadata: { name: "a\nb" } };
  printer.prepare([object]);
  assertEquals(printer.lines({ type: "ADDED", object }), [
    '{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a\\nb"}}}',
  ]);
  assertEquals(printer.lines(ERROR), [
    '{"type":"ERROR","object":{"code":410}}',
  ]);
});

Deno.test("eventPrinter() writes names", () => {
  const printer = eventPrinter("name", options);
  printer.prepare([]);
  assertEquals(
    printer.lines({ type: "DELETED", object: pod("a", "Running") }),
    ["pod/a"],
  );
  assertEquals(printer.lines(ERROR), []);
});
