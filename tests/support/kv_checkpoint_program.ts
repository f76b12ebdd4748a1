/**
 * Runs the tests of `denoKvCheckpoints` against the real Deno KV, which needs
 * `--unstable-kv`. It is started by a test.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { denoKvCheckpoints, type KvLike } from "../../serverless/mod.ts";
import { checkpointAt, checkpointMatrix } from "./checkpoint_matrix.ts";

for (const [what, check] of Object.entries(checkpointMatrix)) {
  using kv: Deno.Kv = await Deno.openKv(":memory:");
  const fits: KvLike = kv;
  try {
    await check(() => denoKvCheckpoints(fits, ["checkpoints", "pods"]));
  } catch (cause) {
    throw new Error(`denoKvCheckpoints() ${what}`, { cause });
  }
}

{
  using kv = await Deno.openKv(":memory:");
  const store = denoKvCheckpoints(kv, ["pods"]);
  await assertRejects(
    () => store.save(checkpointAt(1, 800_000), undefined),
    RangeError,
    "one atomic write takes 780000",
  );
  assertEquals(await store.load(), undefined);
  // As much as it says that it takes.
  const most = 779_760;
  assertEquals(await store.save(checkpointAt(1, most), undefined), true);
  assertEquals(await store.load(), checkpointAt(1, most));
}
