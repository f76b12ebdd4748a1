// Each new event is sent; what ends forwarding, and what does not.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { StatusError } from "@watchtools/kube";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import {
  type ClusterEvent,
  forwardEvents,
  webhook,
} from "../../examples/webhook.ts";

const warning = (name: string, count = 1): ClusterEvent => ({
  metadata: { name, namespace: "shop" },
  involvedObject: { kind: "Pod", namespace: "shop", name: "web" },
  reason: "BackOff",
  message: `restarting (${name})`,
  count,
});

/** Collects lines; `reached` resolves when there are that many. */
class Lines {
  readonly all: string[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  readonly add = (line: string): Promise<void> => {
    this.all.push(line);
    for (const { count, resolve } of this.#waiting) {
      if (this.all.length >= count) resolve();
    }
    return Promise.resolve();
  };

  async reached(count: number): Promise<void> {
    if (this.all.length >= count) return;
    await new Promise<void>((resolve) =>
      this.#waiting.push({ count, resolve })
    );
  }
}

Deno.test("forwardEvents() sends what is recorded from now on", async () => {
  const events = new FakeListerWatcher({ objects: [warning("old")] });
  const lines = new Lines();
  const stop = new AbortController();
  const forwarding = forwardEvents(events, lines.add, {
    signal: stop.signal,
    log: () => {},
  });
  await events.watchCalled(1);
  events.add(warning("one"));
  events.modify(warning("one", 3));
  await lines.reached(2);
  stop.abort();
  await forwarding;
  assertEquals(lines.all, [
    "Pod shop/web: BackOff: restarting (one)",
    "Pod shop/web: BackOff: restarting (one) (3 times)",
  ]);
  assertEquals(events.openWatches, 0);
});

Deno.test("forwardEvents() starts again when its version has expired", async () => {
  const events = new FakeListerWatcher<ClusterEvent>();
  const sent = new Lines();
  const notes = new Lines();
  const stop = new AbortController();
  const forwarding = forwardEvents(events, sent.add, {
    signal: stop.signal,
    log: notes.add,
  });
  await events.watchCalled(1);
  events.error({ code: 410, reason: "Expired" });
  await events.watchCalled(2);
  events.add(warning("one"));
  await sent.reached(1);
  stop.abort();
  await forwarding;
  assertEquals(events.listCalls.length, 2);
  assertEquals(notes.all.length, 1);
});

Deno.test("forwardEvents() ends when it is not allowed to watch", async () => {
  const events = new FakeListerWatcher<ClusterEvent>();
  events.failNextWatch(new StatusError({ code: 403, reason: "Forbidden" }));
  const error = await assertRejects(
    () =>
      forwardEvents(events, new Lines().add, {
        signal: new AbortController().signal,
        log: () => {},
      }),
    StatusError,
  );
  assertEquals(error.code, 403);
});

Deno.test("forwardEvents() ends when a line cannot be sent", async () => {
  const events = new FakeListerWatcher<ClusterEvent>();
  const refusal = new Error("no");
  const forwarding = forwardEvents(events, () => Promise.reject(refusal), {
    signal: new AbortController().signal,
    log: () => {},
  });
  await events.watchCalled(1);
  events.add(warning("one"));
  const error = await assertRejects(() => forwarding, Error);
  assertEquals(error, refusal);
  assertEquals(events.openWatches, 0);
});

Deno.test("webhook() posts the line as JSON", async () => {
  const requests: Request[] = [];
  const send = webhook("http://hooks/secret", (input, init) => {
    requests.push(new Request(input, init));
    return Promise.resolve(new Response("ok"));
  });
  await send("a line");
  assertEquals(requests[0]?.method, "POST");
  assertEquals(await requests[0]?.json(), { text: "a line" });
});

Deno.test("webhook() never shows its URL when it fails", async () => {
  const url = "http://hooks/secret";
  const failures: typeof fetch[] = [
    () => Promise.reject(new TypeError(`error sending request for ${url}`)),
    () => Promise.resolve(new Response(null, { status: 500 })),
  ];
  for (const failing of failures) {
    const error = await assertRejects(() => webhook(url, failing)("x"), Error);
    assert(!Deno.inspect(error).includes("secret"));
  }
});
