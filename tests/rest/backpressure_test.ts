// A consumer that does not read stops the writes of the server: over real TCP,
// and without losing an event once it reads on.

import { assert, assertEquals } from "@std/assert";
import { setTimeout as pause } from "node:timers/promises";
import {
  RestListerWatcher,
  RetryWatcher,
  type WatchEvent,
} from "../../watch/mod.ts";
import { CHUNKED, RawServer } from "../support/http_fakes.ts";

/** Together far more than the buffers between a server and a client hold. */
const EVENTS = 3_000;
const EVENT_BYTES = 32 * 1024;

/** After as many pauses without an accepted write, the writes have stopped. */
const QUIET_PAUSES = 100;

function eventLine(number: number): string {
  const metadata = { name: "web", resourceVersion: String(number + 1) };
  const data = { text: "x".repeat(EVENT_BYTES) };
  return `${JSON.stringify({ type: "ADDED", object: { metadata, data } })}\n`;
}

/** Sends the events as fast as they are accepted. */
class EagerServer implements AsyncDisposable {
  sent = 0;
  readonly #server = new RawServer(async (connection) => {
    await connection.write(CHUNKED);
    while (this.sent < EVENTS) {
      await connection.writeChunk(eventLine(this.sent + 1));
      this.sent++;
    }
  });

  get pods(): RestListerWatcher {
    return new RestListerWatcher({
      server: this.#server.url,
      path: "/api/v1/pods",
    });
  }

  /** Waits until no more is accepted, or all has been. */
  async untilStopped(): Promise<void> {
    let before = this.sent;
    for (let quiet = 0; quiet < QUIET_PAUSES && this.sent < EVENTS; quiet++) {
      await pause(1);
      if (this.sent > before) quiet = 0;
      before = this.sent;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

const SOURCES: [
  name: string,
  watch: (pods: RestListerWatcher) => Promise<ReadableStream<WatchEvent>>,
][] = [
  ["RestListerWatcher.watch()", (pods) => pods.watch({ resourceVersion: "1" })],
  [
    "RetryWatcher",
    (pods) => Promise.resolve(new RetryWatcher("1", pods).events),
  ],
];

for (const [name, watch] of SOURCES) {
  Deno.test(`${name} stops the writes of a server whose events are not read`, async () => {
    await using server = new EagerServer();
    const reader = (await watch(server.pods)).getReader();
    assertEquals((await reader.read()).value?.type, "ADDED");

    await server.untilStopped();
    assert(
      server.sent < EVENTS,
      "all events were accepted, and held in memory",
    );

    for (let number = 2; number <= EVENTS; number++) {
      const { value } = await reader.read();
      assert(value !== undefined && value.type !== "ERROR");
      assertEquals(value.object.metadata?.resourceVersion, String(number + 1));
    }
    await reader.cancel();
  });
}
