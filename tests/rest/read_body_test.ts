// Reading a body into one buffer, from a stream with BYOB readers and without.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { BodyBytes } from "../../rest/_body_bytes.ts";
import { readBody, type ReadBodyOptions } from "../../rest/_read_body.ts";

/** A body of these chunks, as a stream of bytes or as an ordinary one. */
function bodyOf(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  { byob, onCancel = () => {} }: { byob: boolean; onCancel?: () => void },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  const source = {
    pull(
      controller:
        | ReadableByteStreamController
        | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    ) {
      const chunk = chunks[at++];
      if (chunk !== undefined) return controller.enqueue(chunk.slice());
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    },
    cancel: onCancel,
  };
  return byob
    ? new ReadableStream({ type: "bytes", ...source })
    : new ReadableStream(source, { highWaterMark: 0 });
}

function options(given: Partial<ReadBodyOptions> = {}): ReadBodyOptions {
  return {
    maxBytes: 1 << 20,
    bytesPerRead: 1,
    onProgress: () => {},
    wait: (promise) => promise,
    ...given,
  };
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 200 })
  .map((bytes) => new Uint8Array(bytes));

Deno.test("readBody() reads every byte, in whatever pieces they come", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(chunk),
    fc.boolean(),
    fc.constantFrom(1, 64, 1 << 16),
    async (chunks, byob, bytesPerRead) => {
      const progress: number[] = [];
      const { bytes, failure } = await readBody(
        bodyOf(chunks, { byob }),
        options({
          bytesPerRead,
          onProgress: (length) => progress.push(length),
        }),
      );
      const whole = chunks.flatMap((bytes) => [...bytes]);
      assertEquals([...bytes.part(0, bytes.length)], whole);
      assertEquals(failure, undefined);
      assertEquals(progress.at(-1) ?? 0, whole.length);
    },
  ));
});

for (const byob of [true, false]) {
  Deno.test(`readBody() shows the bytes block by block while the rest comes, byob ${byob}`, async () => {
    const chunks = Array.from(
      { length: 20 },
      (_, number) => new Uint8Array(40_000).fill(number),
    );
    const numberAt = (place: number) => Math.floor(place / 40_000);
    const shown: BodyBytes[] = [];
    const lengths: number[] = [];
    const { bytes } = await readBody(
      bodyOf(chunks, { byob }),
      options({
        onBlock: (part) => {
          shown.push(part);
          lengths.push(part.length);
          const soFar = part.part(0, part.length);
          assert(soFar.every((byte, at) => byte === numberAt(at)));
        },
      }),
    );
    assert(lengths.length > 2);
    assertEquals(lengths, lengths.toSorted((a, b) => a - b));
    assert(shown.every((part) => part === bytes));
    assertEquals(bytes.length, 800_000);
    assert(
      bytes.part(0, bytes.length).every((byte, at) => byte === numberAt(at)),
    );
  });

  Deno.test(`readBody() stops at the limit, byob ${byob}`, async () => {
    let cancelled = false;
    const chunks = Array.from({ length: 100 }, () => new Uint8Array(50_000));
    const body = bodyOf(chunks, { byob, onCancel: () => cancelled = true });
    const { bytes, failure } = await readBody(
      body,
      options({ maxBytes: 70_000 }),
    );
    assertEquals([bytes.length, failure, cancelled], [70_000, undefined, true]);
    assertEquals(body.locked, false);
  });

  Deno.test(`readBody() lets go of the body when the wait ends, byob ${byob}`, async () => {
    let cancelled = false;
    const body = bodyOf([new Uint8Array(1)], {
      byob,
      onCancel: () => cancelled = true,
    });
    const over = new RangeError("over");
    const wait = () => Promise.reject(over);
    const { failure } = await readBody(body, options({ wait }));
    assertStrictEquals(failure?.error, over);
    assertEquals([cancelled, body.locked], [true, false]);
  });
}

for (const bytesPerRead of [undefined, 1]) {
  Deno.test(`readBody() tells what the body errored with, bytesPerRead ${bytesPerRead}`, async () => {
    const cut = new TypeError("cut");
    let pulls = 0;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      type: "bytes",
      pull: (controller) =>
        pulls++ === 0
          ? controller.enqueue(new Uint8Array([1, 2]))
          : controller.error(cut),
    });
    const { bytes, failure } = await readBody(body, options({ bytesPerRead }));
    assertStrictEquals(failure?.error, cut);
    // What a BYOB reader was filling is gone with it.
    assertEquals(bytes.length, bytesPerRead === undefined ? 2 : 0);
  });
}

Deno.test("readBody() waits for several pieces in one read where it may", async () => {
  const chunks = Array.from({ length: 64 }, () => new Uint8Array(1_000));
  let reads = 0;
  await readBody(
    bodyOf(chunks, { byob: true }),
    options({
      bytesPerRead: 16_000,
      wait: (promise) => {
        reads++;
        return promise;
      },
    }),
  );
  assertEquals(reads, 5);
});
