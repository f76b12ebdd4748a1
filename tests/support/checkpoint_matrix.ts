/**
 * What every store of checkpoints must do, run over each of them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Checkpoint, CheckpointStore } from "../../serverless/mod.ts";

/** A checkpoint of some size. */
export function checkpointAt(version: number, size = 10): Checkpoint {
  return {
    format: 1,
    resource: "/api/v1/pods?labelSelector=name%3Dé",
    cluster: "00000000-0000-4000-8000-000000000001",
    resourceVersion: String(version),
    index: {
      complete: true,
      objects: `00${"x".repeat(size)} =uid ${version},`,
      changes: "",
      checksum: version,
    },
  };
}

/** A copy, as another invocation has it. */
function copy(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
  return checkpoint && structuredClone(checkpoint);
}

/** Saves, and expects that it was possible. */
async function saved(
  store: CheckpointStore,
  next: Checkpoint,
  previous: Checkpoint | undefined,
): Promise<Checkpoint> {
  assertEquals(await store.save(next, previous), true);
  return next;
}

/** What every store must do: by name, with a function that opens it anew. */
export const checkpointMatrix: Readonly<
  Record<string, (open: () => CheckpointStore) => Promise<void>>
> = {
  "loads what was saved": async (open) => {
    assertEquals(await open().load(), undefined);
    const first = await saved(open(), checkpointAt(1), undefined);
    assertEquals(await open().load(), first);
  },

  "saves one after the other": async (open) => {
    const store = open();
    let previous = await store.load();
    for (const version of [1, 2, 3]) {
      previous = await saved(store, checkpointAt(version), previous);
    }
    assertEquals(await store.load(), checkpointAt(3));
    const other = open();
    await saved(other, checkpointAt(4), await other.load());
  },

  "does not save over another checkpoint": async (open) => {
    const first = await saved(open(), checkpointAt(1), undefined);
    const [a, b] = [open(), open()];
    const [loadedA, loadedB] = [await a.load(), await b.load()];
    await saved(a, checkpointAt(2), loadedA);
    assertEquals(await b.save(checkpointAt(3), loadedB), false);
    assertEquals(await b.save(checkpointAt(3), undefined), false);
    assertEquals(await open().save(checkpointAt(3), copy(first)), false);
    assertEquals(await open().load(), checkpointAt(2));
    // A copy of what is stored says the same.
    await saved(open(), checkpointAt(4), copy(checkpointAt(2)));
  },

  "does not save after one that is gone": async (open) => {
    const never = checkpointAt(1);
    assertEquals(await open().save(checkpointAt(2), never), false);
    assertEquals(await open().load(), undefined);
  },

  "keeps 700 KB, and less afterwards": async (open) => {
    const store = open();
    let previous: Checkpoint | undefined;
    for (const size of [10, 700_000, 65_000, 130_000, 10]) {
      previous = await saved(store, checkpointAt(size, size), previous);
      assertEquals(await open().load(), previous);
    }
  },

  "lets one of several at once save": async (open) => {
    const stores = Array.from({ length: 8 }, open);
    for (let round = 0; round < 5; round++) {
      const loaded = await Promise.all(stores.map((store) => store.load()));
      const results = await Promise.all(
        stores.map((store, at) =>
          store.save(checkpointAt(round * 10 + at, 100_000), loaded[at])
        ),
      );
      assertEquals(results.filter((isSaved) => isSaved).length, 1);
      const winner = results.indexOf(true);
      const found = await open().load();
      assert(found !== undefined);
      assertEquals(found, checkpointAt(round * 10 + winner, 100_000));
    }
  },
};
