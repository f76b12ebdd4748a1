// What a change costs `FakeApiServer` when much is stored and watched. Nothing
// here is measured in time: `bench/fake_server.ts` does that.

import { assertEquals } from "@std/assert";
import { FakeApiServer } from "../../testing/mod.ts";
import { FakeClient } from "../support/fake_client.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const WATCHERS = 1000;
const OBJECTS = 10_000;

function map(name: string) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { name },
  };
}

/** Counts how often something is turned into JSON. */
class JsonCount implements Disposable {
  readonly #original = JSON.stringify;
  count = 0;

  constructor() {
    JSON.stringify = (...args: [unknown]) => {
      this.count++;
      return this.#original(...args);
    };
  }

  [Symbol.dispose](): void {
    JSON.stringify = this.#original;
  }
}

Deno.test("FakeApiServer encodes an event once for 1,000 watches", async () => {
  await using client = new FakeClient(new FakeApiServer());
  const { server } = client;
  const watches = await Promise.all(
    Array.from({ length: WATCHERS }, () => client.watch(`${MAPS}?watch=1`)),
  );
  assertEquals(server.openWatches, WATCHERS);
  server.create(map("a"));
  server.delete(map("a"));
  server.endWatches();
  using json = new JsonCount();
  const types = await Promise.all(watches.map((watch) => watch.types()));
  assertEquals(json.count, 2);
  assertEquals(
    types.filter((all) => all.join() === "ADDED,DELETED").length,
    WATCHERS,
  );
});

Deno.test("FakeApiServer pages through 10,000 objects while they change", async () => {
  const objects = Array.from(
    { length: OBJECTS },
    (_, index) => map(`m${String(index).padStart(5, "0")}`),
  );
  await using client = new FakeClient(new FakeApiServer({ objects }));
  const found: string[] = [];
  let token: unknown = "";
  do {
    const { body, names } = await client.send(
      "GET",
      `${MAPS}?limit=500&continue=${token}`,
    );
    found.push(...names);
    client.server.patch(`${MAPS}/${names[0]}`, { data: { seen: "yes" } });
    const { metadata = {} } = body;
    token = "continue" in metadata ? metadata.continue : "";
  } while (token !== "");
  assertEquals(found.length, OBJECTS);
  assertEquals(new Set(found).size, OBJECTS);
});
