/** A version that is too old to continue from: one ERROR 410, and the end. */

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
  "RetryWatcher resumed after a compaction ends with one ERROR 410",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    using client = new OurClient(plane.client());
    const watched = client.listerWatcher(podsPath);
    const resume = (version: string) =>
      new Recording(new RetryWatcher(version, watched));
    const resumeTheirs = (version: string) =>
      Oracle.start(plane.client(), [
        "retrywatcher",
        "--resource=pods",
        "--namespace=default",
        `--resource-version=${version}`,
      ]);

    await using first = resume(await versionNow(plane));
    await changes.write(100);
    const reached = changes.lastVersion;
    const before = changes.texts.length;
    await within("our watcher", first.reaches(reached));
    first.watcher.stop();
    await within("its end", first.watcher.done);
    const version = first.watcher.resourceVersion;
    assertEquals(version, reached);
    await changes.write(100);
    await plane.compactEtcd();

    // The watch cache still has what etcd has compacted.
    await using second = resume(version);
    await within("the resumed one", second.reaches(changes.lastVersion));
    assertSameEvents(
      ["ours", second.acknowledged],
      ["acknowledged", changes.texts.slice(before)],
      changes.hint,
    );

    await plane.restartApiserver();
    const requestsBefore = client.requests.length;
    await using ours = resume(version);
    await using theirs = await resumeTheirs(version);
    await within("the end of ours", ours.ended);
    await within("the end of client-go's", theirs.finished());
    await within("done", ours.watcher.done);
    assertEquals(ours.texts, ["ERROR 410 Expired"]);
    assertEquals(oracleEvents(theirs.lines), ours.texts);
    // It arrived as an event of an open watch; `second` requested one too.
    assertEquals(
      client.requests.slice(requestsBefore).filter((url) =>
        url.searchParams.get("resourceVersion") === version
      ).length,
      1,
    );
    assertEquals(theirs.lines.at(-1)?.watches, 1);
    assertEquals(ours.watcher.resourceVersion, version);
  },
);
