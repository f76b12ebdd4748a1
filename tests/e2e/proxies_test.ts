/**
 * A RetryWatcher and an informer behind the proxies that people put in front of
 * a kube-apiserver. Each proxy has a table of what it makes of a watch; the rows
 * of docs/servers.md come from there.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  IndexerInformerWatcher,
  RetryWatcher,
  StatusError,
} from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, changeText } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { poll, within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import {
  HttpProxy,
  type HttpProxyName,
  httpProxyNames,
  missingProgram,
} from "../control_plane/http_proxy.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { captureConsole } from "../support/wait_fakes.ts";
import { e2eTest } from "./suite.ts";

/** How a response ends: with its last chunk, or without it. */
type End = "closed" | "broken";

/** What a proxy does. */
interface Behavior {
  /** To a watch on which nothing happens; the server's own end is clean. */
  readonly idle: End;
  /** To a watch whose kube-apiserver is killed. */
  readonly killed: End;
  /** The status of its answers while the kube-apiserver is away. */
  readonly away: number;
}

const behaviors: Readonly<Record<HttpProxyName, Behavior>> = {
  "kubectl proxy": { idle: "closed", killed: "broken", away: 500 },
  nginx: { idle: "broken", killed: "closed", away: 502 },
  HAProxy: { idle: "broken", killed: "broken", away: 503 },
  Caddy: { idle: "closed", killed: "closed", away: 502 },
  Apache: { idle: "broken", killed: "broken", away: 503 },
};

/** The proxies' timeout; `kubectl proxy` has none. */
const idleTimeoutSeconds = 2;

const watchOptions = { minRestartDelayMs: 20, maxRestartDelayMs: 500 };

const informerOptions = { minBackoffMs: 20, maxBackoffMs: 500 };

/** Registers a test that needs a program; says so where it is missing. */
async function proxyTest(
  name: HttpProxyName,
  what: string,
  test: (context: Deno.TestContext) => Promise<void>,
): Promise<void> {
  const missing = await missingProgram(name);
  if (missing === undefined) return e2eTest(what, test);
  Deno.stderr.writeSync(
    new TextEncoder().encode(
      `The tests with ${name} are skipped: '${missing}' is not installed\n`,
    ),
  );
  Deno.test({ name: what, ignore: true, fn: () => {} });
}

/** A control plane behind a proxy, and what watches it from the other side. */
class Setting implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly proxy: HttpProxy;
  readonly changes: Changes;
  readonly client: OurClient;
  readonly watcher: Recording;
  readonly informer: IndexerInformerWatcher;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    plane: ControlPlane,
    proxy: HttpProxy,
    version: string,
    stack: AsyncDisposableStack,
  ) {
    this.plane = plane;
    this.proxy = proxy;
    this.changes = new Changes(plane);
    this.client = stack.use(clientOf(plane, proxy));
    this.watcher = stack.use(
      new Recording(
        new RetryWatcher(
          version,
          this.client.listerWatcher(podsPath),
          watchOptions,
        ),
      ),
    );
    this.informer = stack.use(
      new IndexerInformerWatcher(
        this.client.listerWatcher(podsPath),
        informerOptions,
      ),
    );
    this.#stack = stack;
  }

  static async start(name: HttpProxyName): Promise<Setting> {
    await using stack = new AsyncDisposableStack();
    const plane = stack.use(await ControlPlane.start());
    const proxy = stack.use(
      await HttpProxy.start(name, plane, { idleTimeoutSeconds }),
    );
    const version = await versionNow(plane);
    return new Setting(plane, proxy, version, stack.move());
  }

  /** Waits until both have seen all changes. */
  async catchUp(): Promise<void> {
    const { changes, watcher, informer } = this;
    const { lastVersion } = changes;
    await within("the watcher to catch up", watcher.reaches(lastVersion));
    await within(
      "the informer to catch up",
      informer.untilResourceVersion(lastVersion),
    );
  }

  /** Asserts that both have seen exactly the acknowledged changes. */
  async compare(): Promise<void> {
    const { changes, watcher, informer } = this;
    assertSameEvents(
      ["the watcher", watcher.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    assertSameEvents(
      ["the informer's store", stored(informer)],
      ["listed", await listed(this.plane)],
      changes.hint,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

function clientOf(plane: ControlPlane, proxy: HttpProxy): OurClient {
  return new OurClient(plane.client("admin", { server: proxy.url }));
}

function stored(informer: IndexerInformerWatcher): string[] {
  return informer.indexer.list().map(({ metadata }) =>
    changeText("stored", metadata?.name, metadata?.resourceVersion)
  ).sort();
}

async function listed(plane: ControlPlane): Promise<string[]> {
  const { items } = await plane.request("GET", podsPath);
  assert(isList(items));
  return items.map(({ metadata }) =>
    changeText("stored", metadata?.name, metadata?.resourceVersion)
  ).sort();
}

function isList(value: unknown): value is JsonObject[] {
  return Array.isArray(value);
}

/** Writes while the proxy is killed, and while it cuts what is idle. */
async function cut(setting: Setting): Promise<void> {
  const { changes, client, proxy } = setting;
  await changes.write(100);
  await setting.catchUp();
  if (proxy.cutsIdle) {
    const { watches } = client;
    await poll(
      "the proxy to cut both watches",
      () => Promise.resolve(client.watches >= watches + 2),
    );
  }
  await changes.writeDuring(proxy.restart(), 20);
  await changes.write(20);
  await setting.catchUp();
  await setting.compare();
}

/** Opens a watch, and returns how it ends. */
async function endOf(
  setting: Setting,
  timeoutSeconds: number,
  meanwhile?: () => Promise<void>,
): Promise<End> {
  const resourceVersion = await versionNow(setting.plane);
  const events = await setting.client.listerWatcher(podsPath).watch({
    resourceVersion,
    timeoutSeconds,
  });
  const end = drain(events);
  await meanwhile?.();
  return await within("the end of the watch", end);
}

async function drain(events: ReadableStream<unknown>): Promise<End> {
  const reader = events.getReader();
  try {
    while (!(await reader.read()).done);
    return "closed";
  } catch {
    return "broken";
  }
}

async function checkAway(setting: Setting, away: number): Promise<void> {
  const error = await assertRejects(
    () => setting.client.listerWatcher(podsPath).list({ limit: 1 }),
    StatusError,
  );
  assertEquals(error.code, away);
}

for (const name of httpProxyNames) {
  const { idle, killed, away } = behaviors[name];
  await proxyTest(
    name,
    `RetryWatcher and IndexerInformerWatcher miss nothing behind ${name}`,
    async (context) => {
      using captured = captureConsole();
      await using setting = await Setting.start(name);
      const { changes, plane, proxy } = setting;
      await context.step("events are exact through cuts", async () => {
        for (let count = 0; count < 3; count++) await cut(setting);
      });
      await context.step(`an idle watch is ${idle}`, async () => {
        const timeoutSeconds = proxy.cutsIdle ? 3600 : 1;
        assertEquals(await endOf(setting, timeoutSeconds), idle);
      });
      await context.step(
        `a watch is ${killed} when the kube-apiserver is killed`,
        async () => {
          const kill = () => plane.stopApiserver({ signal: "SIGKILL" });
          assertEquals(await endOf(setting, 3600, kill), killed);
          await checkAway(setting, away);
          await plane.startApiserver();
        },
      );
      await context.step("events are exact after that", async () => {
        await changes.write(100);
        await setting.catchUp();
        await setting.compare();
      });
      assertEquals(captured.written, []);
    },
  );
}

await proxyTest(
  "nginx",
  "RetryWatcher and IndexerInformerWatcher miss nothing behind nginx that buffers, and say so once",
  async () => {
    using captured = captureConsole();
    await using plane = await ControlPlane.start();
    await using proxy = await HttpProxy.start("nginx", plane, {
      buffering: true,
    });
    using client = clientOf(plane, proxy);
    const changes = new Changes(plane);
    // What nginx holds comes at the end of a watch.
    const watchTimeoutMs = 9000;
    await using watcher = new Recording(
      new RetryWatcher(
        await versionNow(plane),
        client.listerWatcher(podsPath),
        { ...watchOptions, watchTimeoutMs },
      ),
    );
    await using informer = new IndexerInformerWatcher(
      client.listerWatcher(podsPath),
      { ...informerOptions, watchTimeoutMs },
    );
    for (let count = 0; count < 3 || captured.written.length === 0; count++) {
      assert(count < 20, "nothing was written to the console");
      await changes.write(8);
      const { lastVersion } = changes;
      await within("the watcher to catch up", watcher.reaches(lastVersion));
      await within(
        "the informer to catch up",
        informer.untilResourceVersion(lastVersion),
      );
    }
    assertSameEvents(
      ["the watcher", watcher.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    assertSameEvents(
      ["the informer's store", stored(informer)],
      ["listed", await listed(plane)],
      changes.hint,
    );
    assertEquals(captured.written.length, 1);
    assert(String(captured.written[0]?.[0]).includes("proxy_buffering"));
  },
);

await proxyTest(
  "nginx",
  "RetryWatcher says once that nginx buffers when nothing happens",
  async () => {
    using captured = captureConsole();
    await using plane = await ControlPlane.start();
    await using proxy = await HttpProxy.start("nginx", plane, {
      buffering: true,
    });
    using client = clientOf(plane, proxy);
    await using watcher = new Recording(
      new RetryWatcher(
        await versionNow(plane),
        // nginx sends not even the headers.
        client.listerWatcher(podsPath, { requestTimeoutMs: 2000 }),
        watchOptions,
      ),
    );
    await poll(
      "the warning",
      () => Promise.resolve(captured.written.length > 0),
    );
    await poll(
      "another watch",
      () => Promise.resolve(client.watches >= 5),
    );
    assertEquals(captured.written.length, 1);
    assert(String(captured.written[0]?.[0]).includes("proxy_buffering"));
    assertEquals(watcher.texts, []);
  },
);
