import { assertEquals } from "@std/assert";
import {
  endsInitialEvents,
  INITIAL_EVENTS_END,
} from "../../api/_initial_events.ts";

const bookmark = (annotations: unknown) => ({
  metadata: { resourceVersion: "5", annotations },
});

Deno.test("endsInitialEvents() recognizes the annotation of the last initial event", () => {
  assertEquals(INITIAL_EVENTS_END, "k8s.io/initial-events-end");
  const annotations = { other: "1", [INITIAL_EVENTS_END]: "true" };
  assertEquals(endsInitialEvents(bookmark(annotations)), true);
});

Deno.test("endsInitialEvents() takes no other bookmark for the last initial event", () => {
  const others: unknown[] = [
    bookmark(undefined),
    bookmark({}),
    bookmark({ other: "true" }),
    bookmark({ [INITIAL_EVENTS_END]: "false" }),
    bookmark({ [INITIAL_EVENTS_END]: true }),
    bookmark([INITIAL_EVENTS_END]),
    { metadata: null },
    {},
    null,
    "true",
  ];
  for (const other of others) {
    assertEquals(endsInitialEvents(other), false, JSON.stringify(other));
  }
});
