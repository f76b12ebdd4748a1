// `waitForCacheSync` over several informers.

import { assertEquals } from "@std/assert";
import { type Controller, waitForCacheSync } from "../../cache/controller.ts";
import { CountedAbort, isPending } from "../support/wait_fakes.ts";

class FakeController implements Controller {
  readonly synced: Promise<boolean>;
  settle: (synced: boolean) => void = () => {};
  #hasSynced = false;

  constructor() {
    this.synced = new Promise((resolve) => {
      this.settle = (synced) => {
        this.#hasSynced = synced;
        resolve(synced);
      };
    });
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  lastSyncResourceVersion(): string {
    return "";
  }
}

Deno.test("waitForCacheSync() is true when all have synced, and not before", async () => {
  const abort = new CountedAbort();
  const [a, b] = [new FakeController(), new FakeController()];
  const waiting = waitForCacheSync(abort.signal, a, b);
  a.settle(true);
  assertEquals(await isPending(waiting), true);
  b.settle(true);
  assertEquals(await waiting, true);
  assertEquals(abort.listeners, 0);
});

Deno.test("waitForCacheSync() is false as soon as one has stopped", async () => {
  const abort = new CountedAbort();
  const [a, b] = [new FakeController(), new FakeController()];
  const waiting = waitForCacheSync(abort.signal, a, b);
  b.settle(false);
  assertEquals(await waiting, false);
  assertEquals(abort.listeners, 0);
});

Deno.test("waitForCacheSync() is false as soon as the signal is aborted", async () => {
  const abort = new CountedAbort();
  const controller = new FakeController();
  const waiting = waitForCacheSync(abort.signal, controller);
  abort.abort();
  assertEquals(await waiting, false);
  assertEquals(await waitForCacheSync(abort.signal, controller), false);
  assertEquals(abort.listeners, 0);
});

Deno.test("waitForCacheSync() is true when all have synced, also if the signal is aborted", async () => {
  const abort = new CountedAbort();
  const [a, b] = [new FakeController(), new FakeController()];
  const waiting = waitForCacheSync(abort.signal, a, b);
  a.settle(true);
  b.settle(true);
  abort.abort();
  assertEquals(await waiting, true);
  assertEquals(await waitForCacheSync(abort.signal, a, b), true);
  assertEquals(
    await waitForCacheSync(abort.signal, a, new FakeController()),
    false,
  );
  assertEquals(await waitForCacheSync(abort.signal), true);
  assertEquals(abort.listeners, 0);
});

Deno.test("waitForCacheSync() is true when there is nothing to wait for", async () => {
  const abort = new CountedAbort();
  assertEquals(await waitForCacheSync(abort.signal), true);
  assertEquals(await waitForCacheSync(undefined), true);
  assertEquals(abort.listeners, 0);
});
