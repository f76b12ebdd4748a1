// `VersionWaiters`: waits for versions.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { VersionWaiters } from "../../cache/_version_waiters.ts";
import { CountedAbort, isPending } from "../support/wait_fakes.ts";

Deno.test("wait() resolves at the version or a newer one, and not before", async () => {
  const waiters = new VersionWaiters();
  const abort = new CountedAbort();
  const exact = waiters.wait("10", abort.signal);
  const older = waiters.wait("9", abort.signal);
  waiters.reached("8");
  assertEquals(await isPending(older), true);
  waiters.reached("9");
  await older;
  assertEquals(await isPending(exact), true);
  waiters.reached("11");
  await exact;
  assertEquals(abort.listeners, 0);
});

Deno.test("wait() resolves at once when the version has been reached", async () => {
  const waiters = new VersionWaiters();
  waiters.reached("10");
  const abort = new CountedAbort();
  await waiters.wait("9", abort.signal);
  await waiters.wait("10", undefined);
  assertEquals(abort.added, 0);
});

Deno.test("wait() uses the current version of the store, even after it went back", async () => {
  const waiters = new VersionWaiters();
  waiters.reached("10");
  waiters.reached("5");
  assertEquals(await isPending(waiters.wait("10", undefined)), true);
});

Deno.test("wait() rejects with the signal's reason when it is aborted", async () => {
  const waiters = new VersionWaiters();
  const abort = new CountedAbort();
  const waiting = waiters.wait("10", abort.signal);
  abort.abort(new RangeError("enough"));
  await assertRejects(() => waiting, RangeError, "enough");
  await assertRejects(
    () => waiters.wait("10", abort.signal),
    RangeError,
    "enough",
  );
  assertEquals(abort.listeners, 0);
  waiters.reached("10");
});

Deno.test("end() rejects every wait with an error of its own", async () => {
  const waiters = new VersionWaiters();
  const abort = new CountedAbort();
  const waiting = ["10", "11"].map((version) =>
    waiters.wait(version, abort.signal)
  );
  const errors = new Map<string, Error>();
  waiters.end((version) => {
    const error = new Error(version);
    errors.set(version, error);
    return error;
  });
  for (const [index, version] of ["10", "11"].entries()) {
    const error = await assertRejects(() =>
      waiting[index] ?? Promise.resolve()
    );
    assertStrictEquals(error, errors.get(version));
  }
  assertEquals(abort.listeners, 0);
});

Deno.test("wait() rejects when the version of the store cannot be compared", async () => {
  const waiters = new VersionWaiters();
  const waiting = waiters.wait("10", undefined);
  waiters.reached("opaque");
  await assertRejects(() => waiting, TypeError, '"opaque"');
  await assertRejects(() => waiters.wait("10", undefined), TypeError);
});
