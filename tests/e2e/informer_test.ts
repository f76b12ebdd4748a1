/** The informer and untilWithSync(), compared with client-go's. */

import { assert, assertEquals } from "@std/assert";
import { IndexerInformerWatcher, untilWithSync } from "../../watch/mod.ts";
import { Changes, podNamed, podsPath } from "./_changes.ts";
import { assertSameEvents, changeText, oracleEvents } from "./_events.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { e2eTest } from "./suite.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const marker = "the-last";

/** Returns the objects on the server as ADDED events in key order. */
async function listed(plane: ControlPlane): Promise<string[]> {
  const { items } = await plane.request("GET", podsPath);
  if (!isList(items)) throw new TypeError("The server did not return a list");
  return items.map(({ metadata }) =>
    changeText("ADDED", metadata?.name, metadata?.resourceVersion)
  ).sort();
}

function isList(value: unknown): value is JsonObject[] {
  return Array.isArray(value);
}

/** Returns the events of a pod, with their versions. */
function ofPod(texts: readonly string[], name: string): string[] {
  return texts.filter((text) => text.split(" ")[1] === name);
}

e2eTest(
  "IndexerInformerWatcher sees and stores the same as client-go's",
  async () => {
    await using plane = await ControlPlane.start();
    const upstreamPort = plane.port;
    await using ourProxy = await TcpProxy.start({ upstreamPort });
    await using theirProxy = await TcpProxy.start({ upstreamPort });
    const changes = new Changes(plane);
    await changes.write(100);
    using client = new OurClient(
      plane.client("admin", { server: ourProxy.url }),
    );
    await using ours = new Recording(
      new IndexerInformerWatcher(client.listerWatcher(podsPath)),
    );
    await using theirs = await Oracle.start(
      plane.client("admin", { server: theirProxy.url }),
      ["informer", "--resource=pods", "--namespace=default"],
    );
    assert(await within("our sync", ours.watcher.controller.synced));
    await within(
      "client-go's sync",
      theirs.waitFor("it", (line) => line.synced === true),
    );

    const reach = async (name: string) => {
      const { metadata } = await plane.request(
        "POST",
        podsPath,
        podNamed(name),
      );
      const version = metadata?.resourceVersion ?? "";
      await within(`${name} at ours`, ours.reaches(version));
      await within(
        `${name} at client-go's`,
        theirs.waitFor("it", (line) => line.resourceVersion === version),
        { timeoutMs: 120_000 },
      );
    };
    await changes.write(400);
    await reach("in-the-midst");
    const seen = oracleEvents(theirs.lines);
    for (const name of changes.names) {
      assertSameEvents(
        [`ours of ${name}`, ofPod(ours.texts, name)],
        ["client-go's", ofPod(seen, name)],
        changes.hint,
      );
    }

    // Both miss changes whose history is then discarded, so they have to list
    // again.
    for (const proxy of [ourProxy, theirProxy]) {
      proxy.breakAfter({ bytes: () => 0 });
      proxy.cut();
    }
    await changes.write(200);
    await plane.restartApiserver({ signal: "SIGKILL" });
    ourProxy.clear();
    theirProxy.clear();
    await reach(marker);

    const expected = await listed(plane);
    const stored = ours.watcher.indexer.list().map(({ metadata }) =>
      changeText("ADDED", metadata?.name, metadata?.resourceVersion)
    );
    assertSameEvents(
      ["our store", stored.sort()],
      ["the server", expected],
      changes.hint,
    );
    const lines = await theirs.stop();
    const store = lines.find((line) => line.store !== undefined)?.store ?? [];
    assertSameEvents(
      [
        "client-go's store",
        store.map(({ name, resourceVersion }) =>
          changeText("ADDED", name, resourceVersion)
        ).sort(),
      ],
      ["the server", expected],
      changes.hint,
    );
    assertExplained(ours.texts, stored);
  },
);

/** Asserts that the events, applied in order, lead to what is stored. */
function assertExplained(texts: readonly string[], stored: string[]): void {
  const known = new Map<string, string>();
  for (const text of texts) {
    const [type, name = "", version = ""] = text.split(" ");
    assertEquals(known.has(name), type !== "ADDED", text);
    if (type === "DELETED") known.delete(name);
    else known.set(name, version);
  }
  const explained = [...known].map(([name, version]) =>
    changeText("ADDED", name, version)
  );
  assertSameEvents(["explained", explained.sort()], ["stored", stored.sort()]);
}

e2eTest(
  "untilWithSync() has the same result as client-go's UntilWithSync",
  async () => {
    await using plane = await ControlPlane.start();
    using client = new OurClient(plane.client());
    const watched = client.listerWatcher(configMaps);
    await plane.request("POST", configMaps, { metadata: { name: "a" } });
    const flags = ["untilwithsync", "--namespace=default", "--precondition"];
    const looked = Promise.withResolvers<void>();
    const wait = (name: string) =>
      untilWithSync(
        watched,
        (store) => {
          const holds = store.getByKey(`default/${name}`) !== undefined;
          if (!holds) looked.resolve();
          return holds;
        },
        ({ type, object }) =>
          type === "ADDED" && object.metadata?.name === name,
        { signal: AbortSignal.timeout(60_000) },
      );

    // The object exists: the precondition holds, and no event is needed.
    await using first = await Oracle.start(plane.client(), [
      ...flags,
      "--name=a",
    ]);
    assertEquals(await wait("a"), undefined);
    const there = await within("client-go's", first.finished());
    assertEquals(there.find((line) => line.met)?.type, undefined);

    await using second = await Oracle.start(plane.client(), [
      ...flags,
      "--name=b",
    ]);
    const waiting = wait("b");
    await within("our precondition", Promise.race([looked.promise, waiting]));
    const { metadata } = await plane.request("POST", configMaps, {
      metadata: { name: "b" },
    });
    const version = metadata?.resourceVersion;
    const event = await waiting;
    assertEquals(event?.object.metadata?.resourceVersion, version);
    // client-go may have synced only now; then its precondition was met.
    const lines = await within("client-go's", second.finished());
    const met = lines.find((line) => line.met);
    assertEquals(met?.resourceVersion ?? version, version);
    assertEquals(met?.met, true);
  },
);
