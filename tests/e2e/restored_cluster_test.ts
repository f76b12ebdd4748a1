/**
 * A cluster whose etcd is made anew under open watches: its versions count from
 * 1 again, so that a watch from the last version that was seen is answered with
 * 200 and then nothing until the new versions have grown past it. client-go
 * keeps waiting, and its informer keeps objects that no longer exist.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { IndexerInformerWatcher, RetryWatcher } from "../../watch/mod.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { poll, within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { e2eTest } from "./suite.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** More than a new kube-apiserver writes by itself. */
const CHANGES = 1_500;

function configMap(name: string): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
}

async function fill(plane: ControlPlane): Promise<void> {
  let next = 0;
  const write = async () => {
    for (let number = next++; number < CHANGES; number = next++) {
      const body = { data: { number: `${number}` } };
      await plane.request("PATCH", `${PATH}/busy`, body);
    }
  };
  await plane.request("POST", PATH, configMap("busy"));
  await Promise.all(Array.from({ length: 10 }, write));
}

function seen(value: boolean): Promise<boolean> {
  return Promise.resolve(value);
}

for (const watchList of [true, false]) {
  e2eTest(
    `a watcher and an informer notice that the cluster was restored, watchList ${watchList}`,
    async () => {
      await using plane = await ControlPlane.start();
      for (const name of ["a", "b", "c"]) {
        await plane.request("POST", PATH, configMap(name));
      }
      await fill(plane);
      using client = new OurClient(plane.client());
      const source = client.listerWatcher(PATH);
      // A server that is only starting may refuse the question for its version;
      // then it is asked once more after the watch that brought nothing.
      const watchTimeoutMs = 10_000;
      await using informer = new IndexerInformerWatcher(source, {
        watchList,
        watchTimeoutMs,
      });
      const { indexer, controller } = informer;
      await within("the sync", controller.synced);
      const old = controller.lastSyncResourceVersion();
      await using recording = new Recording(
        new RetryWatcher(old, source, { watchTimeoutMs }),
      );
      await plane.request("POST", PATH, configMap("d"));
      await poll("the last change", () => seen(recording.texts.length > 0));

      await plane.wipeEtcd();
      const { metadata } = await plane.request("POST", PATH, configMap("new"));
      const version = metadata?.resourceVersion ?? "";
      assertEquals(version.length < old.length || version < old, true);

      await within("the end of the watcher", recording.ended);
      assertEquals(recording.texts.at(-1), "ERROR 410 Expired");
      await poll(
        "the new objects",
        () => seen(indexer.getByKey("default/new") !== undefined),
      );
      const { items } = await plane.request("GET", PATH);
      const stored = Array.isArray(items)
        ? items.map(({ metadata }) => `default/${metadata?.name}`)
        : [];
      assertEquals(indexer.listKeys().sort(), stored.sort());
      assertStringIncludes(stored.join(), "default/new");

      // What changes from now on comes as ever.
      await plane.request("DELETE", `${PATH}/new`);
      await poll(
        "the deletion",
        () => seen(indexer.getByKey("default/new") === undefined),
      );
    },
  );
}
