/**
 * kine over SQLite in etcd's place, as in k3s: changes, a compaction by its own
 * flags, and its death under open watches.
 */

import { assert, assertEquals } from "@std/assert";
import { IndexerInformerWatcher, RetryWatcher } from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { poll, within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const programs = ["kine"] as const;

/** k3s compacts every five minutes, and keeps a thousand revisions. */
const kineFlags = ["--compact-interval=500ms", "--compact-min-retain=1"];

e2eTest(
  "kine: watchers see all changes through compactions, and a 410 for what is gone",
  async () => {
    await using plane = await ControlPlane.start({ store: "kine", kineFlags });
    const changes = new Changes(plane);
    const start = await versionNow(plane);
    using client = new OurClient(plane.client());
    const pods = client.listerWatcher(podsPath);
    await using ours = new Recording(new RetryWatcher(start, pods));
    await using informer = new IndexerInformerWatcher(pods);
    assert(await within("the sync", informer.controller.synced));
    await using theirs = await Oracle.start(plane.client(), [
      "retrywatcher",
      "--resource=pods",
      "--namespace=default",
      `--resource-version=${start}`,
    ]);
    const reach = async () => {
      const last = changes.lastVersion;
      await within("our watcher", ours.reaches(last));
      await within(
        "client-go's watcher",
        theirs.waitFor("the last", (line) => line.resourceVersion === last),
      );
    };
    await changes.write(300);
    await reach();

    // Killed under the open watches, and started again.
    await plane.stopStore();
    await plane.startStore();
    await poll("a write to succeed", () => canWrite(plane));
    await changes.write(300);
    await reach();
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

    // What has been compacted is gone once no watch cache has it any more.
    await plane.compactEtcd();
    await plane.restartApiserver();
    await using late = new Recording(new RetryWatcher(start, pods));
    await within("the end", late.ended);
    assertEquals(late.texts, ["ERROR 410 Expired"]);
    await plane.request("POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "after" },
    });
    const { items } = await plane.request("GET", podsPath);
    assert(Array.isArray(items));
    await poll(
      "the informer",
      () => Promise.resolve(informer.indexer.list().length === items.length),
    );
  },
  { programs },
);

async function canWrite(plane: ControlPlane): Promise<boolean> {
  try {
    await plane.request("POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { generateName: "probe-" },
    });
    return true;
  } catch {
    return false;
  }
}
