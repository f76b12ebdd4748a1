// What gives a proxy that buffers responses away, and what must not be taken
// for one: a quiet server, a slow consumer, a blocked program, a bad network.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import fc from "fast-check";
import { ConnectionError } from "../../api/connection_error.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import {
  BufferingSuspicion,
  BufferingWarnings,
} from "../../rest/_buffering_proxy.ts";
import {
  type FetchFunction,
  RestListerWatcher,
} from "../../rest/rest_lister_watcher.ts";
import { bytes } from "../support/http_fakes.ts";
import { captureConsole } from "../support/wait_fakes.ts";

const SECOND = 1000;

function suspicion(url = "http://proxy:8080/prefix") {
  const warnings: string[] = [];
  const suspicion = new BufferingSuspicion(
    url,
    new BufferingWarnings((message) => warnings.push(message)),
  );
  return { suspicion, warnings };
}

/** Rests in the middle of a line, `times` times, and goes on. */
function restInLine(
  time: FakeTime,
  pauses: ReturnType<BufferingSuspicion["openBody"]>,
  times: number,
): void {
  for (let count = 0; count < times; count++) {
    pauses.readStarts(false);
    pauses.received(4096);
    pauses.readStarts(true);
    time.tick(3 * SECOND);
    pauses.received(4096);
  }
}

Deno.test("BufferingWarnings warns once for each host, and names proxy_buffering", () => {
  const written: string[] = [];
  const warnings = new BufferingWarnings((message) => written.push(message));
  warnings.add("http://a:1/x", "this was seen");
  warnings.add("http://a:1/y", "that was seen");
  warnings.add("http://a:2/x", "this was seen");
  assertEquals(written.length, 2);
  assert(
    written[0]?.includes(
      "on the way to a:1 seems to hold events back: this was",
    ),
  );
  assert(written[0]?.includes("proxy_buffering off"));
});

Deno.test("BufferingSuspicion reports a body that rests in the middle of lines three times", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  restInLine(time, pauses, 2);
  assertEquals(warnings, []);
  restInLine(time, pauses, 1);
  assertEquals(warnings.length, 1);
  restInLine(time, pauses, 3);
  assertEquals(warnings.length, 1);
  pauses.stop();
});

Deno.test("BufferingSuspicion counts the rests of all bodies of a resource", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 3; count++) {
    assertEquals(warnings, []);
    const pauses = one.openBody(0);
    restInLine(time, pauses, 1);
    pauses.ended();
  }
  assertEquals(warnings.length, 1);
});

Deno.test("BufferingSuspicion counts no rest after which the connection is lost", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 5; count++) {
    const pauses = one.openBody(0);
    pauses.readStarts(false);
    pauses.received(100);
    pauses.readStarts(true);
    time.tick(60 * SECOND);
    pauses.ended();
  }
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion counts no pause that is shorter than three turns of the timer", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  pauses.readStarts(false);
  for (let count = 0; count < 20; count++) {
    pauses.received(5000);
    pauses.readStarts(true);
    // A program that was blocked for long gets no more turns than this.
    time.tick(1.9 * SECOND);
  }
  pauses.stop();
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion does not take a consumer that reads late for silence", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 20; count++) {
    pauses.readStarts(true);
    pauses.received(5000);
    time.tick(60 * SECOND);
  }
  pauses.stop();
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion starts over when something small arrives by itself", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 5; count++) {
    restInLine(time, pauses, 2);
    pauses.readStarts(false);
    time.tick(10 * SECOND);
    pauses.received(200);
    pauses.readStarts(false);
    time.tick(10 * SECOND);
  }
  pauses.stop();
  assertEquals(warnings, []);
});

for (const [reads, reported] of [[16, 0], [15, 1]] as const) {
  Deno.test(`BufferingSuspicion reports ${reported} times where ${reads} reads end with a line between the rests`, () => {
    using time = new FakeTime();
    const { suspicion: one, warnings } = suspicion();
    const pauses = one.openBody(0);
    for (let count = 0; count < 3; count++) {
      restInLine(time, pauses, 1);
      pauses.readStarts(true);
      for (let read = 0; read < reads; read++) {
        pauses.received(5000);
        pauses.readStarts(false);
        time.tick(SECOND);
      }
      pauses.received(5000);
      pauses.readStarts(true);
      pauses.received(5000);
    }
    assertEquals(warnings.length, reported);
    pauses.stop();
  });
}

Deno.test("BufferingSuspicion runs no timer on a connection that delivers whole lines", () => {
  using time = new FakeTime();
  const { suspicion: one } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 5; count++) {
    pauses.readStarts(false);
    assertEquals(time.next(), false);
    pauses.received(200);
  }
});

/** Bookmarks arrive together, `apartMs` apart, after a silence. */
function receiveBookmarks(
  time: FakeTime,
  pauses: ReturnType<BufferingSuspicion["openBody"]>,
  { count, apartMs }: { count: number; apartMs: number },
): void {
  pauses.readStarts(false);
  time.tick(60 * SECOND);
  for (let bookmark = 0; bookmark < count; bookmark++) {
    if (bookmark > 0) time.tick(apartMs);
    pauses.received(170);
    pauses.bookmark();
    pauses.readStarts(false);
  }
}

Deno.test("BufferingSuspicion reports bookmarks that arrive together three times", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 3; count++) {
    assertEquals(warnings, []);
    const pauses = one.openBody(0);
    receiveBookmarks(time, pauses, { count: 5, apartMs: 0 });
    pauses.ended();
  }
  assert(warnings[0]?.includes("3 times in a row, bookmarks"));
});

Deno.test("BufferingSuspicion reports bookmarks that arrive together on one watch", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 3; count++) {
    assertEquals(warnings, []);
    receiveBookmarks(time, pauses, { count: 2, apartMs: 0 });
  }
  pauses.stop();
  assertEquals(warnings.length, 1);
});

Deno.test("BufferingSuspicion does not report the last two bookmarks of a watch", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 5; count++) {
    const pauses = one.openBody(0);
    receiveBookmarks(time, pauses, { count: 2, apartMs: SECOND });
    pauses.ended();
  }
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion does not report what a suspended computer finds", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 10; count++) {
    receiveBookmarks(time, pauses, { count: 2, apartMs: 0 });
    receiveBookmarks(time, pauses, { count: 1, apartMs: 0 });
    time.tick(10 * SECOND);
  }
  pauses.stop();
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion does not report bookmarks that a consumer reads late", () => {
  using time = new FakeTime();
  const { suspicion: one, warnings } = suspicion();
  const pauses = one.openBody(0);
  for (let count = 0; count < 5; count++) {
    pauses.readStarts(false);
    time.tick(10 * SECOND);
    pauses.received(5000);
    time.tick(90 * SECOND);
    pauses.bookmark();
    pauses.bookmark();
  }
  pauses.stop();
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion reports watches without a response between lists that have one", () => {
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 3; count++) {
    assertEquals(warnings, []);
    one.unanswered();
    one.otherAnswered();
  }
  assert(warnings[0]?.includes("3 watches in a row got no response"));
});

Deno.test("BufferingSuspicion reports late responses that break off without a byte", () => {
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 3; count++) {
    assertEquals(warnings, []);
    const pauses = one.openBody(59 * SECOND);
    pauses.readStarts(false);
    pauses.ended();
    one.otherAnswered();
  }
  assertEquals(warnings.length, 1);
});

Deno.test("BufferingSuspicion does not report a server that answers nothing", () => {
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 10; count++) one.unanswered();
  one.otherAnswered();
  one.otherAnswered();
  one.otherAnswered();
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion starts over when a watch has its response at once", () => {
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 10; count++) {
    one.unanswered();
    one.otherAnswered();
    if (count % 2 === 1) one.openBody(10).stop();
  }
  assertEquals(warnings, []);
});

Deno.test("BufferingSuspicion does not count late responses that are cancelled, or go on", () => {
  const { suspicion: one, warnings } = suspicion();
  for (let count = 0; count < 5; count++) {
    one.openBody(59 * SECOND).stop();
    one.otherAnswered();
    const pauses = one.openBody(59 * SECOND);
    pauses.readStarts(false);
    pauses.received(10);
    pauses.ended();
    one.otherAnswered();
  }
  assertEquals(warnings, []);
});

/** How bytes get from the server to the client. */
type Link = (send: (piece: Uint8Array<ArrayBuffer>) => void) => {
  write: (line: Uint8Array<ArrayBuffer>) => void;
  /** Called before the response ends. */
  end: () => void;
};

/** Sends at once, in several packets. */
const direct: Link = (send) => ({
  write(line) {
    const size = Math.ceil(line.length / 3);
    for (let start = 0; start < line.length; start += size) {
      send(line.slice(start, start + size));
    }
  },
  end: () => {},
});

/** Sends everything at the end, as a proxy does that compresses. */
const compressing: Link = (send) => {
  const held: Uint8Array<ArrayBuffer>[] = [];
  return { write: (line) => held.push(line), end: () => held.forEach(send) };
};

/** Collects bytes, and sends multiples of a size, as nginx does. */
function buffering(size: number): Link {
  return (send) => {
    let held = new Uint8Array(0);
    return {
      write(line) {
        const all = new Uint8Array(held.length + line.length);
        all.set(held);
        all.set(line, held.length);
        const whole = all.length - all.length % size;
        if (whole > 0) send(all.slice(0, whole));
        held = all.slice(whole);
      },
      end: () => send(held),
    };
  };
}

let hosts = 0;

/** A server with one pod, whose watches go over a link. */
class LinkedServer {
  readonly pods: RestListerWatcher;
  readonly #link: Link;
  #version = 10;
  #write: (line: Uint8Array<ArrayBuffer>) => void = () => {};
  #end: () => void = () => {};

  constructor(link: Link) {
    this.#link = link;
    const fetch: FetchFunction = (url) =>
      Promise.resolve(
        url.includes("watch=true") ? this.#watch() : this.#list(),
      );
    this.pods = new RestListerWatcher({
      // Each has its own warning.
      server: `http://proxy-${hosts++}`,
      path: "/api/v1/pods",
      fetch,
    });
  }

  change(padding: number): void {
    const resourceVersion = `${++this.#version}`;
    const metadata = { name: "web", uid: "1", resourceVersion };
    this.#send("MODIFIED", { metadata, padding: "x".repeat(padding) });
  }

  bookmark(): void {
    const metadata = { resourceVersion: `${this.#version}` };
    this.#send("BOOKMARK", { metadata });
  }

  /** Ends the watch. */
  end(): void {
    this.#end();
  }

  #send(type: string, object: object): void {
    const event = { type, object: { kind: "Pod", ...object } };
    this.#write(bytes(`${JSON.stringify(event)}\n`));
  }

  #list(): Response {
    const metadata = { resourceVersion: `${this.#version}` };
    return Response.json({ kind: "PodList", metadata, items: [] });
  }

  #watch(): Response {
    return new Response(
      new ReadableStream({
        start: (controller) => {
          const link = this.#link((piece) => controller.enqueue(piece));
          this.#write = link.write;
          this.#end = () => {
            link.end();
            controller.close();
          };
        },
      }),
    );
  }
}

/** Reads what has arrived, and waits. */
async function pass(time: FakeTime, ms: number): Promise<void> {
  await time.tickAsync(0);
  await time.tickAsync(ms);
}

for (const kind of ["RetryWatcher", "IndexerInformerWatcher"]) {
  Deno.test(`${kind} writes once that a proxy holds events back`, async () => {
    using time = new FakeTime();
    using captured = captureConsole();
    const server = new LinkedServer(buffering(4096));
    await using watcher = kind === "RetryWatcher"
      ? new RetryWatcher("10", server.pods)
      : new IndexerInformerWatcher(server.pods, { watchList: false });
    const reader = watcher.events.getReader();
    const ended = (async () => {
      while (!(await reader.read()).done);
    })();
    await pass(time, 0);
    for (let count = 0; count < 40; count++) {
      server.change(900);
      await pass(time, 5 * SECOND);
    }
    watcher.stop();
    await ended;
    assertEquals(captured.written.length, 1);
    assert(String(captured.written[0]?.[0]).includes("proxy_buffering"));
  });
}

Deno.test("IndexerInformerWatcher writes once that a proxy holds bookmarks back until the end", async () => {
  using time = new FakeTime();
  using captured = captureConsole();
  const server = new LinkedServer(compressing);
  await using informer = new IndexerInformerWatcher(server.pods, {
    watchList: false,
  });
  await pass(time, 0);
  for (let watch = 0; watch < 5; watch++) {
    for (let minute = 0; minute < 5; minute++) {
      server.bookmark();
      await pass(time, 60 * SECOND);
    }
    server.end();
    await pass(time, SECOND);
  }
  informer.stop();
  assertEquals(captured.written.length, 1);
  assert(String(captured.written[0]?.[0]).includes("proxy_buffering"));
});

Deno.test("RetryWatcher is not warned of a proxy on a direct connection, however events come and are read", async () => {
  const step = fc.record({
    padding: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 20_000 })),
    events: fc.nat({ max: 3 }),
    reads: fc.nat({ max: 4 }),
    bookmark: fc.boolean(),
    ms: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 30_000 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      using time = new FakeTime();
      using captured = captureConsole();
      const server = new LinkedServer(direct);
      await using watcher = new RetryWatcher("10", server.pods, {
        watchTimeoutMs: Infinity,
      });
      const reader = watcher.events.getReader();
      const reads: Promise<unknown>[] = [];
      await pass(time, 0);
      for (const { padding, events, bookmark, reads: count, ms } of steps) {
        for (let each = 0; each < events; each++) server.change(padding);
        for (let each = 0; each < count; each++) reads.push(reader.read());
        await pass(time, ms);
        if (!bookmark) continue;
        server.bookmark();
        await pass(time, SECOND);
      }
      watcher.stop();
      await Promise.all(reads);
      assertEquals(captured.written, []);
    }),
    { numRuns: 30 },
  );
});

Deno.test("RestListerWatcher writes that a proxy holds responses back when watches time out and lists do not", async () => {
  using time = new FakeTime();
  using captured = captureConsole();
  const pods = new RestListerWatcher({
    server: `http://proxy-${hosts++}`,
    path: "/api/v1/pods",
    fetch: (url, { signal }) => {
      const list = { kind: "PodList", metadata: {}, items: [] };
      if (!url.includes("watch=true")) {
        return Promise.resolve(Response.json(list));
      }
      const { promise, reject } = Promise.withResolvers<Response>();
      signal?.addEventListener("abort", () => reject(signal.reason));
      return promise;
    },
  });
  for (let count = 0; count < 3; count++) {
    assertEquals(captured.written, []);
    const watch = assertRejects(
      () => pods.watch({ resourceVersion: "1" }),
      ConnectionError,
    );
    await time.tickAsync(60 * SECOND);
    await watch;
    await pods.list({});
  }
  assertEquals(captured.written.length, 1);
});
