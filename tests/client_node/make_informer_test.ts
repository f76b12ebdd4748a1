// `makeInformer`: client-node's own function of that name, over a fake server.
// What its informer does is in client_node_informer_test.ts.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  ApiException,
  KubeConfig,
  type ListPromise,
  makeInformer as theirs,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { FakeApiServer } from "../../testing/mod.ts";
import { makeInformer } from "../../client_node/make_informer.ts";
import { coreApi } from "../support/client_node_api.ts";
import { captureConsole } from "../support/wait_fakes.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** The KubeConfig of a server, with a token. */
function kubeConfigOf(url: string, token = "a-token"): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "fake", server: url, skipTLSVerify: false },
    { name: "me", token },
  );
  return kubeConfig;
}

/** A server, and an informer of its ConfigMaps that has not started. */
class Stage implements AsyncDisposable {
  readonly server: FakeApiServer;
  readonly kubeConfig: KubeConfig;
  readonly lines: string[] = [];
  #told = Promise.withResolvers<void>();

  private constructor(server: FakeApiServer, url: string) {
    this.server = server;
    this.kubeConfig = kubeConfigOf(url);
  }

  static async open(): Promise<Stage> {
    const server = new FakeApiServer();
    return new Stage(server, (await server.listen()).url);
  }

  create(name: string, labels: Record<string, string> = {}): void {
    this.server.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels },
    });
  }

  /** client-node's own list, past the network. */
  list(parameters = {}): ListPromise<V1ConfigMap> {
    const api = coreApi(this.server.fetch);
    return () =>
      api.listNamespacedConfigMap({ namespace: "default", ...parameters });
  }

  /** An informer that is written down. */
  informer(
    list = this.list(),
    path = PATH,
    labelSelector?: string,
  ): ReturnType<typeof makeInformer<V1ConfigMap>> {
    const informer = makeInformer<V1ConfigMap>(
      this.kubeConfig,
      path,
      list,
      labelSelector,
    );
    for (const verb of ["add", "update", "delete"] as const) {
      informer.on(verb, ({ metadata }) => {
        this.lines.push(`${verb} ${metadata?.name}`);
        this.#told.resolve();
      });
    }
    return informer;
  }

  /** Resolves when so many changes have been told of. */
  async told(count: number): Promise<void> {
    while (this.lines.length < count) {
      this.#told = Promise.withResolvers();
      await this.#told.promise;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

Deno.test("makeInformer() lists by the function, watches by the KubeConfig, and leaves nothing", async () => {
  await using stage = await Stage.open();
  stage.create("a");
  const informer = stage.informer();
  await informer.start();
  assertEquals(stage.lines, ["add a"]);
  assertInstanceOf(informer.list()[0]?.metadata?.creationTimestamp, Date);
  stage.create("b");
  stage.server.delete(`${PATH}/a`);
  await stage.told(3);
  assertEquals(stage.lines, ["add a", "add b", "delete a"]);
  const watch = stage.server.requests.find(({ query }) => query.watch);
  assertEquals(watch?.headers.get("authorization"), "Bearer a-token");
  await informer.stop();
  await stage.server.watchesClosed();
});

Deno.test("makeInformer() watches what the path and the labels select", async () => {
  await using stage = await Stage.open();
  const path = `${PATH}?fieldSelector=metadata.name!=b`;
  const informer = stage.informer(stage.list(), path, "app=web");
  await informer.start();
  stage.create("a");
  stage.create("b", { app: "web" });
  stage.create("c", { app: "web" });
  await stage.told(1);
  assertEquals(stage.lines, ["add c"]);
  await informer.stop();
});

Deno.test("makeInformer() starts again after a stop, over new connections", async () => {
  await using stage = await Stage.open();
  const informer = stage.informer();
  await informer.start();
  await informer.stop();
  stage.create("a");
  await informer.start();
  assertEquals(stage.lines, ["add a"]);
  await informer.stop();
});

Deno.test("makeInformer() tells of what the list function threw, as it was", async () => {
  await using stage = await Stage.open();
  stage.server.failNext({ status: 403 });
  const informer = stage.informer();
  const failed = Promise.withResolvers<unknown>();
  informer.on("error", failed.resolve);
  await informer.start();
  await informer.stop();
  const error = await failed.promise;
  assertInstanceOf(error, ApiException);
  assertEquals(error.code, 403);
});

Deno.test("makeInformer() tells of a watch that is refused with its statusCode", async () => {
  await using stage = await Stage.open();
  stage.server.failNext({
    status: 403,
    match: ({ query }) => "watch" in query,
  });
  const informer = stage.informer();
  const failed = Promise.withResolvers<unknown>();
  informer.on("error", failed.resolve);
  await informer.start();
  await informer.stop();
  const error = await failed.promise;
  assert(error instanceof Error && "statusCode" in error);
  assertEquals(error.statusCode, 403);
});

Deno.test("makeInformer() tells of an error that is none of client-node's as it was", async () => {
  await using stage = await Stage.open();
  const failure = new TypeError("fetch failed", { cause: new Error("gone") });
  const informer = stage.informer(() => Promise.reject(failure));
  const failed = Promise.withResolvers<unknown>();
  informer.on("error", failed.resolve);
  await informer.start();
  await informer.stop();
  assertStrictEquals(await failed.promise, failure);
});

Deno.test("makeInformer() takes a first page for the list, and warns of it once", async () => {
  using captured = captureConsole();
  await using stage = await Stage.open();
  stage.create("a");
  stage.create("b");
  const informer = stage.informer(stage.list({ limit: 1 }));
  await informer.start();
  await informer.stop();
  await informer.start();
  await informer.stop();
  assertEquals(stage.lines, ["add a"]);
  assertEquals(captured.written.length, 1);
  assertStringIncludes(String(captured.written[0]), "the first page alone");
});

Deno.test("start() rejects where the KubeConfig cannot be used, and works once it can", async () => {
  await using stage = await Stage.open();
  const informer = stage.informer();
  const context = stage.kubeConfig.getCurrentContext();
  stage.kubeConfig.setCurrentContext("nowhere");
  await assertRejects(() => informer.start(), Error, "nowhere");
  stage.kubeConfig.setCurrentContext(context);
  await informer.start();
  await informer.stop();
});

Deno.test("makeInformer() does nothing before its start", async () => {
  await using stage = await Stage.open();
  stage.kubeConfig.setCurrentContext("nowhere");
  const informer = stage.informer(() => Promise.reject(new Error("called")));
  await informer.stop();
  assertEquals(informer.list(), []);
});

Deno.test("makeInformer() can stand wherever client-node's can", () => {
  const standIn: typeof theirs = makeInformer;
  assertEquals(standIn.length, theirs.length);
});
