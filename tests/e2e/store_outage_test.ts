/**
 * What stores the objects is killed and started again under open watches, as
 * when etcd loses its leader or k3s restarts: no event is lost or repeated.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { matches } from "../../conditions/mod.ts";
import {
  ConnectionError,
  IndexerInformerWatcher,
  RetryWatcher,
  waitFor,
} from "../../watch/mod.ts";
import { Changes, podNamed, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { poll, within } from "./_within.ts";
import {
  ControlPlane,
  type JsonObject,
  RequestError,
} from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

/** Whether kube-apiserver says that it can use its store. */
async function isReady(plane: ControlPlane): Promise<boolean> {
  try {
    await plane.request("GET", "/readyz");
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

/**
 * Kills the store, and starts it again once the server has noticed. Meanwhile
 * the server answers only what its watch cache knows.
 */
async function interrupt(
  plane: ControlPlane,
  client: OurClient,
): Promise<void> {
  await plane.stopStore();
  await poll("the server to notice", async () => !await isReady(plane));
  const pods = client.listerWatcher(podsPath, { requestTimeoutMs: 2000 });
  const cached = await pods.list({ resourceVersion: "0" });
  const name = cached.items[0]?.metadata?.name;
  assert(name !== undefined);
  await assertRejects(() => pods.list({}), ConnectionError);
  const waiting = waitFor(pods, matches((pod) => pod !== undefined), {
    name,
    signal: AbortSignal.timeout(300_000),
  });
  await plane.startStore();
  await poll("the server to be ready", () => isReady(plane));
  const [pod] = await within("a wait that began meanwhile", waiting);
  assertEquals(pod?.metadata?.name, name);
}

async function versionsOnServer(plane: ControlPlane): Promise<string[]> {
  const { items } = await plane.request("GET", podsPath);
  if (!Array.isArray(items)) throw new TypeError("expected a list");
  return items.map(({ metadata }: JsonObject) =>
    `${metadata?.name} ${metadata?.resourceVersion}`
  ).sort();
}

e2eTest(
  "watchers, informers and waits survive that the store is killed",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    const start = await versionNow(plane);
    using client = new OurClient(plane.client());
    const pods = client.listerWatcher(podsPath);
    await using recording = new Recording(new RetryWatcher(start, pods));
    await using informer = new IndexerInformerWatcher(pods);
    assert(await within("the sync", informer.controller.synced));
    const waiting = waitFor(pods, matches((pod) => pod !== undefined), {
      name: "awaited",
      signal: AbortSignal.timeout(300_000),
    });
    for (let round = 0; round < 2; round++) {
      await changes.write(100);
      await within("the events", recording.reaches(changes.lastVersion));
      await interrupt(plane, client);
      await changes.write(100);
      await within("the events", recording.reaches(changes.lastVersion));
    }
    assertSameEvents(
      ["ours", recording.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    await plane.request("POST", podsPath, podNamed("awaited"));
    const [object] = await within("the wait", waiting);
    assertEquals(object?.metadata?.name, "awaited");
    const expected = await versionsOnServer(plane);
    const stored = () =>
      informer.indexer.list().map(({ metadata }) =>
        `${metadata?.name} ${metadata?.resourceVersion}`
      ).sort();
    await poll(
      "the store of the informer",
      () => Promise.resolve(stored().join() === expected.join()),
    );
  },
);
