/**
 * The informer under adverse conditions, compared with client-go's: both end up
 * with the server's state, and the events of each object form a possible
 * history.
 *
 * Two markers are written last. Whoever sees the first has caught up; the
 * second arrives through a watch, after all events of a re-list.
 */

import { assert, assertEquals } from "@std/assert";
import {
  type ChangeEvent,
  compareResourceVersions,
  type Indexer,
  IndexerInformerWatcher,
  type InformerOptions,
  type KubernetesObject,
  untilWithSync,
} from "../../watch/mod.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { OurClient } from "./_our_client.ts";
import { poll, within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle, type OracleLine } from "../control_plane/oracle.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { e2eTest } from "./suite.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const half = "0x8000000000000000";
const lanes = 32;

const watchListModes = [true, false] as const;

/** The name of a ConfigMap by its number. */
function mapName(number: number): string {
  return `map-${number}`;
}

/** Returns the numbers from a start to an exclusive end. */
function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The identity of an object in an event of an informer. */
interface Told {
  readonly type: string;
  readonly name: string;
  readonly uid: string;
  readonly version: string;
}

/** Returns what identifies an object and its state. */
function identity({ name, uid, resourceVersion }: {
  name?: string | undefined;
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}): string {
  return `${name} ${uid} ${resourceVersion}`;
}

function told<T extends KubernetesObject>(
  { type, object }: ChangeEvent<T>,
): Told {
  const { name = "", uid = "", resourceVersion: version = "" } =
    object.metadata ?? {};
  return { type, name, uid, version };
}

/** Writes ConfigMaps concurrently. */
class Maps {
  readonly #plane: ControlPlane;

  private constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  /** Creates the initial ConfigMaps. */
  static async fill(plane: ControlPlane, count: number): Promise<Maps> {
    const maps = new Maps(plane);
    await maps.create(...numbers(0, count).map(mapName));
    return maps;
  }

  async create(...names: string[]): Promise<string[]> {
    return await this.#each(names, (name) => {
      const body = { metadata: { name } };
      return this.#plane.request("POST", configMaps, body);
    });
  }

  async update(...names: string[]): Promise<string[]> {
    const body = { data: { nonce: crypto.randomUUID() } };
    return await this.#each(
      names,
      (name) => this.#plane.request("PATCH", `${configMaps}/${name}`, body),
    );
  }

  async remove(...names: string[]): Promise<void> {
    await this.#each(
      names,
      (name) => this.#plane.request("DELETE", `${configMaps}/${name}`),
    );
  }

  /** Returns the objects on the server, one per line. */
  async stored(): Promise<string[]> {
    const { items } = await this.#plane.request("GET", configMaps);
    if (!isList(items)) throw new TypeError("The server did not return a list");
    return items.map(({ metadata = {} }) => identity(metadata)).sort();
  }

  async #each(
    names: readonly string[],
    write: (name: string) => Promise<JsonObject>,
  ): Promise<string[]> {
    const versions: string[] = [];
    const work = numbers(0, lanes).map(async (lane) => {
      for (let index = lane; index < names.length; index += lanes) {
        const { metadata } = await write(names[index] ?? "");
        versions[index] = metadata?.resourceVersion ?? "";
      }
    });
    await within(`${names.length} ConfigMaps`, Promise.all(work));
    return versions;
  }
}

function isList(value: unknown): value is JsonObject[] {
  return Array.isArray(value);
}

function storedBy(indexer: Indexer<KubernetesObject>): string[] {
  return indexer.list().map(({ metadata = {} }) => identity(metadata)).sort();
}

/** An informer of ours, whose events are read as fast as they arrive. */
class History implements AsyncDisposable {
  readonly informer: IndexerInformerWatcher;
  readonly events: Told[] = [];
  readonly #versions = new Set<string>();
  readonly #ended: Promise<void>;

  constructor(informer: IndexerInformerWatcher) {
    this.informer = informer;
    this.#ended = this.#read();
  }

  /** Waits until events with all given versions have arrived. */
  async reaches(...versions: string[]): Promise<void> {
    const missing = () => versions.filter((each) => !this.#versions.has(each));
    await poll(
      "the versions at ours",
      () => Promise.resolve(missing().length === 0),
    );
  }

  /** Asserts that the events are consistent, and lead to what is stored. */
  assertLegal(): void {
    const known = new Map<string, Told>();
    for (const event of this.events) {
      const { type, name, uid, version } = event;
      const before = known.get(name);
      const text = JSON.stringify({ before, event });
      assertEquals(before === undefined, type === "ADDED", text);
      if (before !== undefined) {
        assertEquals(uid, before.uid, text);
        // A deletion found by a re-list has the last known version.
        const order = compareResourceVersions(version, before.version);
        assert(type === "DELETED" ? order >= 0 : order > 0, text);
      }
      if (type === "DELETED") known.delete(name);
      else known.set(name, event);
    }
    const explained = [...known.values()].map(({ name, uid, version }) =>
      identity({ name, uid, resourceVersion: version })
    );
    assertEquals(explained.sort(), storedBy(this.informer.indexer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.informer.stop();
    await this.#ended;
    await this.informer.done;
  }

  async #read(): Promise<void> {
    for await (const event of this.informer) {
      const entry = told(event);
      this.events.push(entry);
      this.#versions.add(entry.version);
    }
  }
}

/** Options for a pair of informers. */
interface PairOptions extends InformerOptions {
  /** Whether both stream the initial list. */
  watchList: boolean;
}

/** An informer of ours and one of client-go's, each behind its own proxy. */
class Pair implements AsyncDisposable {
  readonly ours: History;
  readonly theirs: Oracle;
  readonly client: OurClient;
  readonly ourProxy: TcpProxy;
  readonly theirProxy: TcpProxy;
  readonly #maps: Maps;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<Pair, "ours" | "theirs" | "client" | "ourProxy" | "theirProxy">,
    maps: Maps,
    stack: AsyncDisposableStack,
  ) {
    this.ours = parts.ours;
    this.theirs = parts.theirs;
    this.client = parts.client;
    this.ourProxy = parts.ourProxy;
    this.theirProxy = parts.theirProxy;
    this.#maps = maps;
    this.#stack = stack;
  }

  /** Starts both, and waits until they have synced. */
  static async start(
    plane: ControlPlane,
    maps: Maps,
    options: PairOptions,
  ): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = plane.port;
    const ourProxy = stack.use(await TcpProxy.start({ upstreamPort }));
    const theirProxy = stack.use(await TcpProxy.start({ upstreamPort }));
    const client = stack.use(
      new OurClient(plane.client("admin", { server: ourProxy.url })),
    );
    const ours = stack.use(
      new History(
        new IndexerInformerWatcher(client.listerWatcher(configMaps), options),
      ),
    );
    const theirs = stack.use(
      await Oracle.start(
        plane.client("admin", { server: theirProxy.url }),
        ["informer", "--namespace=default"],
        { env: { KUBE_FEATURE_WatchListClient: `${options.watchList}` } },
      ),
    );
    assert(await within("our sync", ours.informer.controller.synced));
    await within(
      "client-go's sync",
      theirs.waitFor("it", (line) => line.synced === true),
    );
    const parts = { ours, theirs, client, ourProxy, theirProxy };
    return new Pair(parts, maps, stack.move());
  }

  /** How often ours has requested a full list. */
  get initialLists(): number {
    return this.client.requests.filter(({ searchParams }) =>
      !searchParams.has("watch") || searchParams.has("sendInitialEvents")
    ).length;
  }

  /**
   * Waits until both have seen all changes, and asserts that their state is
   * right.
   */
  async assertSame(): Promise<void> {
    for (const marker of ["marker-1", "marker-2"]) {
      const [version = ""] = await this.#maps.create(marker);
      await this.ours.reaches(version);
      await within(
        `${marker} at client-go's`,
        this.theirs.waitFor("it", (line) => line.resourceVersion === version),
        { timeoutMs: 90_000 },
      );
    }
    const stored = await this.#maps.stored();
    assertEquals(storedBy(this.ours.informer.indexer), stored);
    this.ours.assertLegal();
    const lines = await this.theirs.stop();
    const store = lines.find((line) => line.store !== undefined)?.store ?? [];
    assertEquals(store.map(identity).sort(), stored);
    assertEquals(endings(this.ours.events), endings(toldBy(lines)));
  }

  /** Stalls both until they are released. */
  cut(): void {
    for (const proxy of [this.ourProxy, this.theirProxy]) {
      proxy.breakAfter({ bytes: () => 0 });
      proxy.cut();
    }
  }

  /** Releases both. */
  clear(): void {
    this.ourProxy.clear();
    this.theirProxy.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function toldBy(lines: readonly OracleLine[]): Told[] {
  return lines.flatMap(({ type, name, uid, resourceVersion }) =>
    type === undefined ? [] : [{
      type,
      name: name ?? "",
      uid: uid ?? "",
      version: resourceVersion ?? "",
    }]
  );
}

/** Returns the final state of each reported object, or that it was deleted. */
function endings(events: readonly Told[]): Map<string, string> {
  const ends = new Map<string, string>();
  for (const { type, name, uid, version } of events) {
    ends.set(name, type === "DELETED" ? "DELETED" : `${uid} ${version}`);
  }
  return new Map([...ends].sort());
}

/** Returns the number of open watches of Deployments in a namespace. */
async function openWatches(plane: ControlPlane): Promise<number> {
  const { message } = await plane.request("GET", "/metrics");
  if (typeof message !== "string") {
    throw new TypeError("The server did not return metrics");
  }
  const lines = message.split("\n").filter((line) =>
    line.startsWith("apiserver_longrunning_requests{") &&
    line.includes('resource="deployments"') &&
    line.includes('scope="namespace"')
  );
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** The fields of a Deployment that the test waits for. */
interface Deployment extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string }[];
  };
}

function isAvailable({ status }: Deployment): boolean {
  return status?.conditions?.some((condition) =>
    condition.type === "Available" && condition.status === "True"
  ) ?? false;
}

const pausedDeployment = {
  metadata: { name: "web" },
  spec: {
    paused: true,
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "main", image: "none" }] },
    },
  },
};

e2eTest(
  "untilWithSync() for an available Deployment survives the end of the apiserver",
  async () => {
    await using plane = await ControlPlane.start({ workloads: true });
    using client = new OurClient(plane.client());
    await plane.request("POST", deployments, pausedDeployment);
    const seen = Promise.withResolvers<void>();
    const waiting = untilWithSync(
      client.listerWatcher<Deployment>(deployments),
      (store) => store.list().some(isAvailable),
      ({ object }) => {
        seen.resolve();
        return isAvailable(object);
      },
      { signal: AbortSignal.timeout(60_000) },
    );
    await within("the paused one", Promise.race([seen.promise, waiting]));
    await plane.restartApiserver({ signal: "SIGKILL" });
    await poll("our watch", async () => await openWatches(plane) === 1);
    await plane.request("PATCH", `${deployments}/web`, {
      spec: { paused: false },
    });
    const event = await waiting;
    assertEquals(event?.object.metadata?.name, "web");
    const { length } = client.requests;
    await poll("no open watch", async () => await openWatches(plane) === 0);
    assertEquals(client.requests.length, length);
  },
);

for (const watchList of watchListModes) {
  e2eTest(
    `IndexerInformerWatcher lists again what etcd forgot, watchList ${watchList}`,
    async () => {
      await using plane = await ControlPlane.start();
      const maps = await Maps.fill(plane, 30);
      await using pair = await Pair.start(plane, maps, { watchList });
      pair.cut();
      const lists = pair.initialLists;
      await maps.update(...numbers(0, 20).map(mapName));
      await maps.remove(...numbers(5, 15).map(mapName));
      await maps.create(...numbers(10, 15).map(mapName));
      await maps.create(...numbers(30, 35).map(mapName));
      await plane.compactEtcd();
      await plane.restartApiserver({ signal: "SIGKILL" });
      pair.clear();
      await pair.assertSame();
      assert(pair.initialLists > lists);
      const types = (number: number) =>
        pair.ours.events.filter(({ name }) => name === mapName(number))
          .map(({ type }) => type);
      assertEquals(types(5), ["ADDED", "DELETED"]);
      assertEquals(types(10), ["ADDED", "DELETED", "ADDED"]);
      assertEquals(types(15), ["ADDED", "MODIFIED"]);
      assertEquals(types(20), ["ADDED"]);
      assertEquals(types(30), ["ADDED"]);
    },
  );
}

e2eTest("IndexerInformerWatchers divide the objects by shards", async () => {
  await using plane = await ControlPlane.start();
  const maps = await Maps.fill(plane, 40);
  using client = new OurClient(plane.client());
  await using stack = new AsyncDisposableStack();
  const ranges = [["0x0000000000000000", half], [half, "0x10000000000000000"]];
  const shards = ranges.map(([from, to]) => {
    const shardSelector = `shardRange(object.metadata.uid, '${from}', '${to}')`;
    const watched = client.listerWatcher(configMaps, { shardSelector });
    return stack.use(new History(new IndexerInformerWatcher(watched)));
  });
  for (const { informer } of shards) {
    assert(await within("a shard's sync", informer.controller.synced));
  }
  await maps.create(...numbers(40, 60).map(mapName));
  await maps.update(...numbers(0, 60).map(mapName));
  await maps.remove(...numbers(10, 20).map(mapName));
  // Enough for each shard to get some.
  const last = await maps.create(...numbers(60, 100).map(mapName));
  await poll("the last ones", () => {
    const all = shards.flatMap(({ events }) => events);
    const versions = new Set(all.map(({ version }) => version));
    return Promise.resolve(last.every((version) => versions.has(version)));
  });
  const seen = shards.flatMap(({ events }) => events);
  // The initial objects, the creations, the updates, the deletions, and the
  // markers.
  assertEquals(seen.length, 40 + 20 + 60 + 10 + 40);
  assertEquals(new Set(seen.map(({ version }) => version)).size, seen.length);
  for (const shard of shards) {
    assert(shard.informer.indexer.size > 0);
    shard.assertLegal();
  }
  const union = shards.flatMap(({ informer }) => storedBy(informer.indexer));
  assertEquals(union.sort(), await maps.stored());
});

for (const watchList of watchListModes) {
  e2eTest(
    `IndexerInformerWatcher outlives a killed apiserver, watchList ${watchList}`,
    async () => {
      await using plane = await ControlPlane.start();
      const maps = await Maps.fill(plane, 30);
      await using pair = await Pair.start(plane, maps, { watchList });
      await maps.update(...numbers(0, 20).map(mapName));
      await maps.remove(...numbers(0, 10).map(mapName));
      await plane.restartApiserver({ signal: "SIGKILL" });
      await maps.create(...numbers(0, 5).map(mapName));
      await maps.update(...numbers(15, 25).map(mapName));
      await maps.remove(...numbers(25, 30).map(mapName));
      await pair.assertSame();
    },
  );
}

e2eTest("IndexerInformerWatcher works without WatchList", async () => {
  await using plane = await ControlPlane.start({
    apiserverFlags: ["--feature-gates=WatchList=false"],
  });
  const maps = await Maps.fill(plane, 30);
  await using pair = await Pair.start(plane, maps, { watchList: true });
  const [first, second, ...others] = pair.client.requests;
  assertEquals(first?.searchParams.get("sendInitialEvents"), "true");
  assertEquals(second?.searchParams.has("watch"), false);
  assert(others.every((url) => !url.searchParams.has("sendInitialEvents")));
  await maps.update(...numbers(0, 20).map(mapName));
  await maps.remove(...numbers(0, 10).map(mapName));
  await maps.create(...numbers(0, 5).map(mapName));
  await pair.assertSame();
});

for (const watchList of watchListModes) {
  e2eTest(
    `IndexerInformerWatcher notices a silent stall, watchList ${watchList}`,
    async () => {
      await using plane = await ControlPlane.start();
      const maps = await Maps.fill(plane, 30);
      await using pair = await Pair.start(plane, maps, {
        watchList,
        watchTimeoutMs: 2_000,
        watchGraceMs: 500,
      });
      const { client, ourProxy } = pair;
      await poll("a watch", () => Promise.resolve(client.watches > 0));
      assert(ourProxy.stall() > 0);
      await maps.update(...numbers(0, 20).map(mapName));
      await maps.remove(...numbers(0, 10).map(mapName));
      await maps.create(...numbers(0, 5).map(mapName));
      await pair.assertSame();
    },
  );
}

e2eTest("IndexerInformerWatcher syncs 10,000 ConfigMaps", async () => {
  await using plane = await ControlPlane.start();
  const maps = await Maps.fill(plane, 10_000);
  await using proxy = await TcpProxy.start({ upstreamPort: plane.port });
  using client = new OurClient(plane.client("admin", { server: proxy.url }));
  const listed = (from: number) =>
    client.requests.slice(from).filter(({ searchParams }) =>
      !searchParams.has("watch")
    );
  const start = async (options: InformerOptions) => {
    const watched = client.listerWatcher(configMaps);
    const informer = new IndexerInformerWatcher(watched, options);
    assert(await within("the sync", informer.controller.synced));
    return new History(informer);
  };
  const stored = await maps.stored();
  assertEquals(stored.length, 10_000);
  for (const watchList of watchListModes) {
    const { length } = client.requests;
    await using history = await start({ watchList });
    assertEquals(storedBy(history.informer.indexer), stored);
    assertEquals(listed(length).length, watchList ? 0 : 1);
  }

  // The watch cache answers the first list in one response; the one after the
  // loss of the history has at least 9,900 objects, in pages.
  await using paged = await start({
    watchList: false,
    pageSize: 500,
    maxBackoffMs: 1_000,
  });
  assertEquals(storedBy(paged.informer.indexer), stored);
  proxy.breakAfter({ bytes: () => 0 });
  proxy.cut();
  await maps.remove(...numbers(0, 100).map(mapName));
  await plane.compactEtcd();
  await plane.restartApiserver({ signal: "SIGKILL" });
  const { length } = client.requests;
  proxy.clear();
  for (const marker of ["marker-1", "marker-2"]) {
    await paged.reaches(...await maps.create(marker));
  }
  assertEquals(storedBy(paged.informer.indexer), await maps.stored());
  paged.assertLegal();
  const pages = listed(length).filter(({ searchParams }) =>
    searchParams.has("continue")
  );
  assert(pages.length >= 19);
});
