import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { cancelQuietly, ignore, unlessAborted } from "../../internal/abort.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { CountedAbort, turn } from "../support/wait_fakes.ts";

Deno.test("unlessAborted() resolves with the value and leaves no listener", async () => {
  const abort = new CountedAbort();
  const value = unlessAborted(Promise.resolve(7), abort.signal);
  assertEquals(abort.listeners, 1);
  assertEquals(await value, 7);
  assertEquals(abort.listeners, 0);
});

Deno.test("unlessAborted() rejects as the promise and leaves no listener", async () => {
  const abort = new CountedAbort();
  const error = new Error("boom");
  const thrown = await assertRejects(() =>
    unlessAborted(Promise.reject(error), abort.signal)
  );
  assertStrictEquals(thrown, error);
  assertEquals(abort.listeners, 0);
});

Deno.test("unlessAborted() rejects with the reason when already aborted", async () => {
  const abort = new CountedAbort();
  abort.abort("too late");
  const late = Promise.withResolvers<number>();
  const discarded: number[] = [];
  const rejected = unlessAborted(
    late.promise,
    abort.signal,
    (value) => discarded.push(value),
  ).catch((reason: unknown) => reason);
  assertEquals(await rejected, "too late");
  assertEquals(abort.added, 0);
  late.resolve(3);
  await turn();
  assertEquals(discarded, [3]);
});

Deno.test("unlessAborted() settles at the abort and discards what comes later", async () => {
  const abort = new CountedAbort();
  const late = Promise.withResolvers<number>();
  const discarded: number[] = [];
  const rejected = unlessAborted(
    late.promise,
    abort.signal,
    (value) => discarded.push(value),
  ).catch((reason: unknown) => reason);
  abort.abort("enough");
  assertEquals(await rejected, "enough");
  assertEquals(discarded, []);
  late.resolve(3);
  await turn();
  assertEquals(discarded, [3]);
  assertEquals(abort.listeners, 0);
});

Deno.test("unlessAborted() discards a value once when the abort overtakes it", async () => {
  const abort = new CountedAbort();
  const discarded: number[] = [];
  const rejected = unlessAborted(
    Promise.resolve(3),
    abort.signal,
    (value) => discarded.push(value),
  ).catch((reason: unknown) => reason);
  abort.abort("enough");
  assertEquals(await rejected, "enough");
  await turn();
  assertEquals(discarded, [3]);
});

Deno.test("unlessAborted() ignores a rejection after the abort", async () => {
  const abort = new CountedAbort();
  const late = Promise.withResolvers<number>();
  const rejected = unlessAborted(late.promise, abort.signal)
    .catch((reason: unknown) => reason);
  abort.abort("enough");
  late.reject(new Error("this rejection is dropped"));
  assertEquals(await rejected, "enough");
  await turn();
});

Deno.test("unlessAborted() drops a late value without a discard function", async () => {
  const abort = new CountedAbort();
  const late = Promise.withResolvers<number>();
  const rejected = unlessAborted(late.promise, abort.signal)
    .catch((reason: unknown) => reason);
  abort.abort("enough");
  late.resolve(3);
  assertEquals(await rejected, "enough");
});

Deno.test("unlessAborted() drops what the discard function throws", async () => {
  const abort = new CountedAbort();
  const late = Promise.withResolvers<number>();
  let discards = 0;
  const rejected = unlessAborted(late.promise, abort.signal, () => {
    discards++;
    throw new Error("boom");
  }).catch((reason: unknown) => reason);
  abort.abort("enough");
  late.resolve(3);
  assertEquals(await rejected, "enough");
  await turn();
  assertEquals(discards, 1);
});

Deno.test("unlessAborted() takes anything but a promise as the value, and leaves no listener", async () => {
  for (const given of [7, undefined, null, { then: 5 }]) {
    const abort = new CountedAbort();
    const value = unlessAborted(
      untyped<PromiseLike<unknown>>(given),
      abort.signal,
    );
    assertStrictEquals(await value, given);
    assertEquals(abort.listeners, 0);
  }
});

Deno.test("unlessAborted() rejects with what then() throws, and leaves no listener", async () => {
  const abort = new CountedAbort();
  const error = new Error("no then");
  const given = untyped<PromiseLike<never>>({
    then: () => {
      throw error;
    },
  });
  const thrown = await assertRejects(() => unlessAborted(given, abort.signal));
  assertStrictEquals(thrown, error);
  assertEquals(abort.listeners, 0);
});

Deno.test("cancelQuietly() cancels a stream or its reader with the reason", async () => {
  const reasons: unknown[] = [];
  const stream = () =>
    new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  cancelQuietly(stream(), 1);
  cancelQuietly(stream().getReader(), 2);
  await turn();
  assertEquals(reasons, [1, 2]);
});

Deno.test("cancelQuietly() does nothing without a stream", () => {
  cancelQuietly(undefined);
  cancelQuietly(null, "reason");
});

Deno.test("cancelQuietly() neither awaits the cancel nor reports its failure", async () => {
  cancelQuietly(new ReadableStream({ cancel: () => new Promise(ignore) }));
  cancelQuietly(
    new ReadableStream({ cancel: () => Promise.reject(new Error("boom")) }),
  );
  cancelQuietly(
    new ReadableStream({
      cancel: () => {
        throw new Error("boom");
      },
    }),
  );
  const locked = new ReadableStream();
  locked.getReader();
  cancelQuietly(locked);
  await turn();
  assertThrows(() => locked.getReader(), TypeError);
});

const BAD_CANCELS: Readonly<Record<string, unknown>> = {
  "throws": () => {
    throw new Error("boom");
  },
  "returns nothing": () => {},
  "returns a number": () => 5,
  "returns a promise that throws": () => ({
    then: () => {
      throw new Error("boom");
    },
  }),
  "is missing": undefined,
  "is not a function": 5,
};

for (const [what, cancel] of Object.entries(BAD_CANCELS)) {
  Deno.test(`cancelQuietly() returns when cancel() ${what}`, async () => {
    cancelQuietly(untyped<ReadableStream>({ cancel }));
    await turn();
  });
}
