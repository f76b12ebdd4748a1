/**
 * What a wait or a command lists and watches at the start, and what it gives up
 * at.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, StatusError } from "../../mod.ts";
import { TokenError } from "../../api/_token_error.ts";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import { StartupSource } from "../../watch/_startup_source.ts";
import { turn } from "../support/wait_fakes.ts";

const PERMANENT = [400, 401, 403, 404, 405, 422];
const TEMPORARY = [410, 429, 500, 503];

/** Those of some codes that are given up at. */
function permanentOnes(source: StartupSource): number[] {
  return [...PERMANENT, ...TEMPORARY].filter((code) =>
    source.isPermanent(new StatusError({ code }))
  );
}

const lost = new ConnectionError("Cannot reach it");
const unreadable = new SyntaxError("Cannot read it");
const noToken = new TokenError("no token");
const UNANSWERED = [lost, unreadable, noToken];

Deno.test("StartupSource gives up at what has never worked, and at nothing later", async () => {
  const fake = new FakeListerWatcher();
  const source = new StartupSource(fake, { expectsAnswer: true });
  const answers = () => UNANSWERED.map((error) => source.isPermanent(error));
  assertEquals(permanentOnes(source), PERMANENT);
  assertEquals(answers(), [true, true, true]);
  source.letWatch();
  assertEquals(permanentOnes(source), PERMANENT);
  assertEquals(answers(), [false, false, false]);
  const events = await source.watch({ resourceVersion: "1" });
  assertEquals(permanentOnes(source), []);
  await events.cancel();
});

Deno.test("StartupSource waits for a first answer that need not come at once", () => {
  const source = new StartupSource(new FakeListerWatcher());
  assertEquals(permanentOnes(source), PERMANENT);
  assertEquals(UNANSWERED.map((error) => source.isPermanent(error)), [
    false,
    false,
    true,
  ]);
});

Deno.test("StartupSource gives up at nothing where the server has worked before", () => {
  const options = { expectsAnswer: true, hasWorked: true };
  const source = new StartupSource(new FakeListerWatcher(), options);
  assertEquals(permanentOnes(source), []);
  assertEquals(UNANSWERED.some((error) => source.isPermanent(error)), false);
});

Deno.test("StartupSource has not watched where the watch was refused", async () => {
  const fake = new FakeListerWatcher();
  fake.failNextWatch(new StatusError({ code: 403 }));
  const source = new StartupSource(fake);
  source.letWatch();
  await assertRejects(() => source.watch({}), StatusError);
  assertEquals(permanentOnes(source), PERMANENT);
});

Deno.test("StartupSource watches only once it may, and nothing after its end", async () => {
  const fake = new FakeListerWatcher();
  const source = new StartupSource(fake);
  const controller = new AbortController();
  const stopped = source.watch({ signal: controller.signal });
  const watching = source.watch({});
  await turn();
  assertEquals(fake.watchCalls.length, 0);
  controller.abort(new Error("enough"));
  source.letWatch();
  await assertRejects(() => stopped, Error, "enough");
  await (await watching).cancel();
  assertEquals(fake.watchCalls.length, 1);
});

Deno.test("StartupSource lists what there is now", async () => {
  const fake = new FakeListerWatcher();
  const source = new StartupSource(fake);
  for (const resourceVersion of ["0", "", "12"]) {
    await source.list({ resourceVersion, limit: 5 });
  }
  const limited = fake.listCalls.map(({ options }) => [
    "resourceVersion" in options,
    options.limit,
  ]);
  assertEquals(limited, [[false, 5], [false, 5], [false, 5]]);
});
