// `makeInformer`, the replacement for client-node's function, over a fake
// server. The informer itself is tested in client_node_informer_test.ts.

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
  makeInformer as clientNodeMakeInformer,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { FakeApiServer } from "../../testing/mod.ts";
import { makeInformer } from "../../client_node/make_informer.ts";
import { coreApi } from "../support/client_node_api.ts";
import { captureConsole } from "../support/wait_fakes.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** A KubeConfig for a server, with a token. */
function kubeConfigOf(url: string, token = "a-token"): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "fake", server: url, skipTLSVerify: false },
    { name: "me", token },
  );
  return kubeConfig;
}

/** A server, and informers of its ConfigMaps. */
class Stage implements AsyncDisposable {
  readonly server: FakeApiServer;
  readonly kubeConfig: KubeConfig;
  readonly lines: string[] = [];
  #logged = Promise.withResolvers<void>();

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

  /** client-node's own list function, without the network. */
  list(parameters = {}): ListPromise<V1ConfigMap> {
    const api = coreApi(this.server.fetch);
    return () =>
      api.listNamespacedConfigMap({ namespace: "default", ...parameters });
  }

  /** An informer whose changes are logged. */
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
        this.#logged.resolve();
      });
    }
    return informer;
  }

  /** Resolves when that many changes have been logged. */
  async logged(count: number): Promise<void> {
    while (this.lines.length < count) {
      this.#logged = Promise.withResolvers();
      await this.#logged.promise;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

Deno.test("makeInformer() lists with the function, watches with the KubeConfig, and leaves no watch open", async () => {
  await using stage = await Stage.open();
  stage.create("a");
  const informer = stage.informer();
  await informer.start();
  assertEquals(stage.lines, ["add a"]);
  assertInstanceOf(informer.list()[0]?.metadata?.creationTimestamp, Date);
  stage.create("b");
  stage.server.delete(`${PATH}/a`);
  await stage.logged(3);
  assertEquals(stage.lines, ["add a", "add b", "delete a"]);
  const watch = stage.server.requests.find(({ query }) => query.watch);
  assertEquals(watch?.headers.get("authorization"), "Bearer a-token");
  await informer.stop();
  await stage.server.watchesClosed();
});

Deno.test("makeInformer() watches with the selectors of the path and the argument", async () => {
  await using stage = await Stage.open();
  const path = `${PATH}?fieldSelector=metadata.name!=b`;
  const informer = stage.informer(stage.list(), path, "app=web");
  await informer.start();
  stage.create("a");
  stage.create("b", { app: "web" });
  stage.create("c", { app: "web" });
  await stage.logged(1);
  assertEquals(stage.lines, ["add c"]);
  await informer.stop();
});

Deno.test("makeInformer() can be started again after a stop", async () => {
  await using stage = await Stage.open();
  const informer = stage.informer();
  await informer.start();
  await informer.stop();
  stage.create("a");
  await informer.start();
  assertEquals(stage.lines, ["add a"]);
  await informer.stop();
});

Deno.test("makeInformer() reports the ApiException of the list function unchanged", async () => {
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

Deno.test("makeInformer() reports a refused watch with its statusCode", async () => {
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

Deno.test("makeInformer() reports other errors of the list function unchanged", async () => {
  await using stage = await Stage.open();
  const failure = new TypeError("fetch failed", { cause: new Error("gone") });
  const informer = stage.informer(() => Promise.reject(failure));
  const failed = Promise.withResolvers<unknown>();
  informer.on("error", failed.resolve);
  await informer.start();
  await informer.stop();
  assertStrictEquals(await failed.promise, failure);
});

Deno.test("makeInformer() uses the first page as the list and warns once when there are more", async () => {
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
  assertStringIncludes(String(captured.written[0]), "only the first page");
});

Deno.test("start() rejects when the KubeConfig is invalid, and succeeds once it is valid", async () => {
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

Deno.test("makeInformer() is assignable to client-node's makeInformer()", () => {
  const replacement: typeof clientNodeMakeInformer = makeInformer;
  assertEquals(replacement.length, clientNodeMakeInformer.length);
});
