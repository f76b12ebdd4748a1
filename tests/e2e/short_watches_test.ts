/**
 * Watches that the server ends every second, without losing events between
 * them.
 */

import { assert, assertEquals } from "@std/assert";
import { RetryWatcher } from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const durationMs = 20_000;
/** The default of both for the delay between the starts of two watches. */
const minRestartDelayMs = 1000;
/**
 * Timers have a resolution of a millisecond and may fire early by less than
 * that.
 */
const timerErrorMs = 2;

e2eTest(
  "RetryWatcher loses nothing in 20 s of watches of one second",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    const start = await versionNow(plane);
    using client = new OurClient(plane.client());
    const begin = performance.now();
    await using ours = new Recording(
      new RetryWatcher(start, client.listerWatcher(podsPath), {
        watchTimeoutMs: 1000,
      }),
    );
    await using theirs = await Oracle.start(plane.client(), [
      "retrywatcher",
      "--resource=pods",
      "--namespace=default",
      `--resource-version=${start}`,
      "--watch-timeout=1s",
    ]);

    while (performance.now() - begin < durationMs) await changes.write(20);
    const last = changes.lastVersion;
    await within("our watcher", ours.reaches(last));
    const requests = [...client.requests];
    const elapsedMs = performance.now() - begin;
    await within(
      "client-go's watcher",
      theirs.waitFor("the last", (line) => line.resourceVersion === last),
    );

    assertSameEvents(
      ["ours", ours.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    assertSameEvents(
      ["ours", ours.texts],
      ["client-go's", oracleEvents(theirs.lines)],
      changes.hint,
    );
    for (const url of requests) {
      assertEquals(url.searchParams.get("timeoutSeconds"), "1");
    }
    // The first watch starts at once, the others with that delay.
    const most = 1 + Math.floor(elapsedMs / (minRestartDelayMs - timerErrorMs));
    assert(requests.length > 1, "no watch was ended by the server");
    assert(requests.length <= most, `${requests.length} watches, not ${most}`);
  },
);
