/**
 * A RetryWatcher with a healthy connection sees the same events as client-go's.
 */

import { assertEquals } from "@std/assert";
import { RetryWatcher } from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

e2eTest(
  "RetryWatcher sees 2,000 changes of 50 pods like client-go's",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    const start = await versionNow(plane);
    using client = new OurClient(plane.client());
    await using ours = new Recording(
      new RetryWatcher(start, client.listerWatcher(podsPath)),
    );
    await using theirs = await Oracle.start(plane.client(), [
      "retrywatcher",
      "--resource=pods",
      "--namespace=default",
      `--resource-version=${start}`,
    ]);
    await using stack = new AsyncDisposableStack();
    const single = changes.names.map((name) => {
      const fieldSelector = `metadata.name=${name}`;
      const watched = client.listerWatcher(podsPath, { fieldSelector });
      const watcher = new RetryWatcher(start, watched);
      return { name, recording: stack.use(new Recording(watcher)) };
    });

    await changes.write(2000);
    const last = changes.lastVersion;
    await within("our watcher", ours.reaches(last));
    await within(
      "client-go's watcher",
      theirs.waitFor("the last", (line) => line.resourceVersion === last),
    );
    const seen = oracleEvents(theirs.lines);
    assertEquals(changes.texts.length, 2000);
    assertSameEvents(["ours", ours.texts], ["client-go's", seen], changes.hint);
    assertSameEvents(
      ["ours", ours.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    for (const { name, recording } of single) {
      const { texts, lastVersion } = changes.of(name);
      if (lastVersion !== "") {
        await within(`the watcher of ${name}`, recording.reaches(lastVersion));
      }
      assertSameEvents(
        [`ours of ${name}`, recording.acknowledged],
        ["acknowledged", texts],
        changes.hint,
      );
      assertSameEvents(
        [`ours of ${name}`, recording.texts],
        ["client-go's", seen.filter((text) => text.split(" ")[1] === name)],
        changes.hint,
      );
    }
    assertEquals(client.watches, 1 + changes.names.length);
    assertEquals(theirs.lines.findLast((line) => line.watch)?.watch, 1);
  },
);
