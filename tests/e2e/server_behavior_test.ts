/**
 * What API servers do that surprises, as `docs/servers.md` lists it, shown with
 * plain requests; and what this package makes of it.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { get as httpsGet } from "node:https";
import { gunzipSync } from "node:zlib";
import {
  IndexerInformerWatcher,
  RestListerWatcher,
  StatusError,
} from "../../watch/mod.ts";
import { OurClient } from "./_our_client.ts";
import { poll, within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { readVariant } from "../control_plane/variant.ts";
import { e2eTest } from "./suite.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const wishes = "/apis/example.com/v1/namespaces/default/wishes";

/** A response, with its body as text. */
interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Sends plain requests as a user. */
class Plain implements Disposable {
  readonly #plane: ControlPlane;
  readonly #user: string;
  readonly #http: Deno.HttpClient;

  constructor(plane: ControlPlane, user = "admin") {
    this.#plane = plane;
    this.#user = user;
    const { caCert } = plane.client();
    this.#http = Deno.createHttpClient({ caCerts: [caCert], http2: false });
  }

  async open(path: string, signal?: AbortSignal): Promise<Response> {
    const { server, token } = this.#plane.client(this.#user);
    return await fetch(server + path, {
      client: this.#http,
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async get(path: string): Promise<Answer> {
    const response = await this.open(path);
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await within(path, response.text()),
    };
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

async function versionOf(plane: ControlPlane): Promise<number> {
  const { metadata } = await plane.request("GET", `${maps}?limit=1`);
  return Number(metadata?.resourceVersion);
}

/** A definition of a resource that has no schema. */
function definition(description: string) {
  const openAPIV3Schema = {
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
    description,
  };
  const schema = { openAPIV3Schema };
  return {
    metadata: { name: "wishes.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "wishes", singular: "wish", kind: "Wish" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

e2eTest(
  "a watch from a version of the future is answered with silence, a list with 504",
  async () => {
    await using plane = await ControlPlane.start();
    using plain = new Plain(plane);
    const future = await versionOf(plane) + 100_000;
    const query = `timeoutSeconds=2&allowWatchBookmarks=true`;
    assertEquals(
      await plain.get(`${maps}?watch=true&${query}&resourceVersion=${future}`),
      { status: 200, type: "application/json", text: "" },
    );
    const list = await plain.get(`${maps}?resourceVersion=${future}`);
    assertEquals(list.status, 504);
    assert(list.text.includes("Too large resource version"), list.text);
  },
);

e2eTest(
  "a version that is not a number is a 400 for a list and a 500 for a watch",
  async () => {
    await using plane = await ControlPlane.start();
    using plain = new Plain(plane);
    using client = new OurClient(plane.client());
    const watched = client.listerWatcher(maps);
    const query = { resourceVersion: "abc" };
    assertEquals((await plain.get(`${maps}?resourceVersion=abc`)).status, 400);
    assertEquals(
      (await plain.get(`${maps}?watch=true&resourceVersion=abc`)).status,
      500,
    );
    const list = await assertRejects(() => watched.list(query), StatusError);
    const watch = await assertRejects(() => watched.watch(query), StatusError);
    assertEquals([list.code, watch.code], [400, 500]);
  },
);

e2eTest(
  "timeoutSeconds is a whole number, and a negative one ends the watch at once",
  async () => {
    await using plane = await ControlPlane.start();
    using plain = new Plain(plane);
    const from = `resourceVersion=${await versionOf(plane)}`;
    const watch = (seconds: string) =>
      plain.get(`${maps}?watch=true&${from}&timeoutSeconds=${seconds}`);
    assertEquals((await watch("1.5")).status, 400);
    for (const seconds of ["-1", "1"]) {
      const { status, text } = await watch(seconds);
      assertEquals([status, text], [200, ""]);
    }
  },
);

e2eTest(
  "a bookmark comes two seconds before the end of a watch, if anything has changed",
  async () => {
    await using plane = await ControlPlane.start();
    using plain = new Plain(plane);
    const from = `resourceVersion=${await versionOf(plane)}`;
    const query = `timeoutSeconds=5&allowWatchBookmarks=true&${from}`;
    const quiet = await plain.get(`${maps}?watch=true&${query}`);
    assertEquals(quiet.text, "");
    const watch = await plain.open(`${maps}?watch=true&${query}`);
    await plane.request("POST", "/api/v1/namespaces/kube-system/configmaps", {
      metadata: { name: "elsewhere" },
    });
    const lines = (await within("the end", watch.text())).trim().split("\n");
    const types = lines.map((line) => JSON.parse(line).type);
    assertEquals([...new Set(types)], ["BOOKMARK"]);
  },
);

e2eTest(
  "resourceNames allow a list, a watch and a WatchList with a field selector",
  async () => {
    await using plane = await ControlPlane.start({
      users: [{ name: "alice" }],
    });
    await plane.request("POST", maps, { metadata: { name: "a" } });
    const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    const metadata = { name: "one" };
    const apiGroup = "rbac.authorization.k8s.io";
    await plane.request("POST", `${rbac}/roles`, {
      metadata,
      rules: [{
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["a"],
        verbs: ["list", "watch"],
      }],
    });
    await plane.request("POST", `${rbac}/rolebindings`, {
      metadata,
      roleRef: { apiGroup, kind: "Role", name: "one" },
      subjects: [{ apiGroup, kind: "User", name: "alice" }],
    });
    using plain = new Plain(plane, "alice");
    const selected = "fieldSelector=metadata.name%3Da";
    await poll(
      "the grant",
      async () => (await plain.get(`${maps}?${selected}`)).status === 200,
    );
    assertEquals((await plain.get(maps)).status, 403);
    using client = new OurClient(plane.client("alice"));
    for (const watchList of [true, false]) {
      await using informer = new IndexerInformerWatcher(
        client.listerWatcher(maps, { fieldSelector: "metadata.name=a" }),
        { watchList },
      );
      assert(await within("the sync", informer.controller.synced));
      assertEquals(informer.indexer.listKeys(), ["default/a"]);
    }
  },
);

e2eTest(
  "a definition that is changed ends the watches of its objects, one that is gone is a 404 in plain text",
  async () => {
    await using plane = await ControlPlane.start();
    using plain = new Plain(plane);
    using client = new OurClient(plane.client());
    await plane.request("POST", definitions, definition("first"));
    await poll(
      "the resource",
      async () => (await plain.get(wishes)).status === 200,
    );
    const { metadata } = await plane.request("GET", wishes);
    const errors: unknown[] = [];
    await using informer = new IndexerInformerWatcher(
      client.listerWatcher(wishes),
      { onWatchError: (error) => void errors.push(error) },
    );
    assert(await within("the sync", informer.controller.synced));
    const watch = await plain.open(
      `${wishes}?watch=true&resourceVersion=${metadata?.resourceVersion}`,
    );
    assertEquals(watch.status, 200);
    const { spec } = definition("second");
    await plane.request("PATCH", `${definitions}/wishes.example.com`, { spec });
    assertEquals(await within("the end of the watch", watch.text()), "");

    const wish = { apiVersion: "example.com/v1", kind: "Wish" };
    await poll("the resource to be back", async () => {
      try {
        await plane.request("POST", wishes, {
          ...wish,
          metadata: { name: "a" },
        });
        return true;
      } catch {
        return false;
      }
    });
    await poll(
      "the informer",
      () =>
        Promise.resolve(informer.indexer.getByKey("default/a") !== undefined),
    );

    await plane.request("DELETE", `${definitions}/wishes.example.com`);
    await poll(
      "the resource to be gone",
      async () => (await plain.get(wishes)).status === 404,
    );
    for (const path of [wishes, `${wishes}?watch=true`]) {
      const { status, type, text } = await plain.get(path);
      assertEquals([status, text], [404, "404 page not found\n"]);
      assert(type?.startsWith("text/plain"), type ?? "");
    }
    await poll("the report", () =>
      Promise.resolve(
        errors.some((error) =>
          error instanceof StatusError && error.code === 404
        ),
      ));
  },
);

e2eTest(
  "SIGTERM refuses connections at once, and lets open watches go on",
  async () => {
    await using plane = await ControlPlane.start({
      // The default.
      apiserverFlags: ["--shutdown-watch-termination-grace-period=0s"],
    });
    using plain = new Plain(plane);
    await plane.request("POST", maps, { metadata: { name: "a" } });
    const from = `resourceVersion=${await versionOf(plane)}`;
    const stop = new AbortController();
    const watch = await plain.open(`${maps}?watch=true&${from}`, stop.signal);
    const end = watch.text().then(() => "ended", () => "aborted");
    const stopped = plane.stopApiserver();
    await poll("connections to be refused", async () => {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: plane.port }))
          .close();
        return false;
      } catch {
        return true;
      }
    });
    assertEquals(await Promise.race([end, Promise.resolve("open")]), "open");
    stop.abort();
    assertEquals(await end, "aborted");
    await within("the server to exit", stopped);
  },
);

/** Returns how many headers of gzip members there are: deflate, no flags. */
function membersOf(body: Uint8Array): number {
  const header = [0x1f, 0x8b, 0x08, 0x00];
  return body.keys().filter((at) =>
    header.every((byte, index) => body[at + index] === byte)
  ).toArray().length;
}

/** The raw body of a response. */
interface RawBody {
  readonly encoding: string | undefined;
  readonly body: Uint8Array;
}

/**
 * Returns the raw body of a WatchList that accepts gzip. An object is created
 * once it has begun.
 */
async function rawWatchList(plane: ControlPlane): Promise<RawBody> {
  const { server, token, caCert } = plane.client();
  const query = "watch=true&timeoutSeconds=3&sendInitialEvents=true" +
    "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const answer = Promise.withResolvers<RawBody>();
  const request = httpsGet(`${server}${maps}?${query}`, {
    ca: caCert,
    agent: false,
    headers: { authorization: `Bearer ${token}`, "accept-encoding": "gzip" },
  }, (response) => {
    const encoding = response.headers["content-encoding"];
    const chunks: Uint8Array[] = [];
    const live = Promise.withResolvers<void>();
    response.on("data", (chunk: Uint8Array) => {
      if (chunks.push(chunk) > 1) return;
      plane.request("POST", maps, { metadata: { name: "live" } })
        .then(() => live.resolve(), live.reject);
    });
    response.on("error", answer.reject);
    response.on("end", () => {
      const body = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
      live.promise.then(
        () => answer.resolve({ encoding, body }),
        answer.reject,
      );
    });
  });
  request.on("error", answer.reject);
  return await answer.promise;
}

e2eTest(
  "a WatchList is compressed from 1.37 on, each part of it by itself",
  async () => {
    await using plane = await ControlPlane.start();
    for (let index = 0; index < 300; index++) {
      await plane.request("POST", maps, { metadata: { name: `map-${index}` } });
    }
    const { encoding, body } = await within("the answer", rawWatchList(plane));
    if (readVariant().kube === "1.36.1") {
      assertEquals(encoding, undefined);
    } else {
      assertEquals(encoding, "gzip");
      assert(membersOf(body) > 1, "it has one member only");
      assert(gunzipSync(body).length > body.length);
    }
    // This package reads all of it, also where the server is not on this host.
    const { server, token, caCert } = plane.client();
    using http = Deno.createHttpClient({ caCerts: [caCert], http2: false });
    const remote = "https://api.example.com";
    const requests: string[] = [];
    const source = new RestListerWatcher({
      server: remote,
      path: maps,
      token,
      fetch: (url, init) => {
        requests.push(new URL(url).search);
        return fetch(url.replace(remote, server), { ...init, client: http });
      },
    });
    await using informer = new IndexerInformerWatcher(source);
    assert(await within("the sync", informer.controller.synced));
    assertEquals(informer.indexer.list().length, 301);
    await plane.request("POST", maps, { metadata: { name: "later" } });
    await poll(
      "the live event",
      () =>
        Promise.resolve(
          informer.indexer.getByKey("default/later") !== undefined,
        ),
    );
    assertEquals(requests.length, 1, requests.join("\n"));
  },
);

e2eTest(
  "a shard is ignored by default before 1.38, without a word",
  async () => {
    await using plane = await ControlPlane.start({
      apiserverFlags: ["--feature-gates=ShardedListAndWatch=false"],
    });
    using plain = new Plain(plane);
    for (const name of ["a", "b", "c", "d"]) {
      await plane.request("POST", maps, { metadata: { name } });
    }
    const selectors = [
      "0x0000000000000000', '0x8000000000000000",
      "0x8000000000000000', '0x10000000000000000",
    ]
      .map((range) => `shardRange(object.metadata.uid, '${range}')`);
    for (const shardSelector of selectors) {
      const query = new URLSearchParams({ shardSelector });
      const { items, metadata } = JSON.parse(
        (await plain.get(`${maps}?${query}`)).text,
      );
      assertEquals([items.length, metadata.shardInfo], [4, undefined]);
    }
  },
);
