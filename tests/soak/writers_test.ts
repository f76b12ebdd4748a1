import { assertEquals } from "@std/assert";
import { RequestError } from "../control_plane/control_plane.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { type Step, Writers } from "./_writers.ts";

type Answer = number | "broken" | "404";

/** Writers whose requests are answered by versions, or not. */
function writersWith(answers: readonly Answer[]): {
  writers: Writers;
  methods: string[];
} {
  const left = [...answers];
  const methods: string[] = [];
  const request = (method: string): Promise<JsonObject> => {
    methods.push(method);
    const answer = left.shift();
    if (answer === "404") throw new RequestError(method, 404, {});
    if (typeof answer !== "number") throw new TypeError("connection reset");
    return Promise.resolve({ metadata: { resourceVersion: `${answer}` } });
  };
  return { writers: new Writers({ request }, { rate: 1, seed: 1 }), methods };
}

const CREATED = { type: "ADDED", name: "a", version: 1 } as const;

async function take(writers: Writers, ...steps: Step[]): Promise<void> {
  for (const step of steps) await writers.take(step, "a");
}

Deno.test("Writers records what was acknowledged", async () => {
  const { writers } = writersWith([1, 2, 3]);
  await take(writers, "create", "patch", "delete");
  assertEquals(writers.changes, [
    CREATED,
    { type: "MODIFIED", name: "a", version: 2 },
    { type: "DELETED", name: "a", version: 3 },
  ]);
  assertEquals(writers.unacknowledged, 0);
});

Deno.test("Writers finds out that a write without an answer has happened", async () => {
  const { writers, methods } = writersWith([1, "broken", 2]);
  await take(writers, "create", "patch");
  assertEquals(methods, ["POST", "PATCH", "GET"]);
  assertEquals(writers.changes, [
    CREATED,
    { type: "MODIFIED", name: "a", version: 2 },
  ]);
  assertEquals(writers.unacknowledged, 1);
});

Deno.test("Writers finds out that a write without an answer has not happened", async () => {
  const { writers } = writersWith([1, "broken", 1, "broken", 1]);
  await take(writers, "create", "patch", "delete");
  assertEquals(writers.changes, [CREATED]);
  assertEquals(writers.unsureDeletions, []);
});

Deno.test("Writers does not know the version of a deletion without an answer", async () => {
  const { writers } = writersWith([1, "broken", "404"]);
  await take(writers, "create", "delete");
  assertEquals(writers.changes, [CREATED]);
  assertEquals(writers.unsureDeletions, ["a"]);
});

Deno.test("Writers does not count a creation that has not happened", async () => {
  const { writers } = writersWith(["broken", "404"]);
  await take(writers, "create");
  assertEquals(writers.changes, []);
  assertEquals(writers.unsureDeletions, []);
});
