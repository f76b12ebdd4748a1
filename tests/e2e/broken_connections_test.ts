/**
 * A RetryWatcher whose connections break in all ways, and whose server is
 * killed: it neither loses nor repeats events, like client-go's.
 *
 * Both have their own proxy, since client-go uses one connection for all its
 * requests. client-go waits a second between two watches; ours is configured to
 * wait less. Before an apiserver is killed, both have seen all changes: the
 * history of a new one starts at the latest version.
 */

import { assert } from "@std/assert";
import fc from "fast-check";
import { RetryWatcher } from "../../watch/mod.ts";
import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { WatchProcess } from "./_watch_process.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { e2eTest } from "./suite.ts";

const cuts = 30;
const flags = ["retrywatcher", "--resource=pods", "--namespace=default"];

/** How soon client-go detects a silent connection; the default is 45 s. */
const env = {
  HTTP2_READ_IDLE_TIMEOUT_SECONDS: "1",
  HTTP2_PING_TIMEOUT_SECONDS: "1",
};

/**
 * Our watcher and client-go's on the same changes, each behind its own proxy.
 */
class Pair implements AsyncDisposable {
  readonly ourProxy: TcpProxy;
  readonly ours: Recording;
  readonly theirProxy: TcpProxy;
  readonly theirs: Oracle;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    ourProxy: TcpProxy,
    ours: Recording,
    theirProxy: TcpProxy,
    theirs: Oracle,
    stack: AsyncDisposableStack,
  ) {
    this.ourProxy = ourProxy;
    this.ours = ours;
    this.theirProxy = theirProxy;
    this.theirs = theirs;
    this.#stack = stack;
  }

  static async start(plane: ControlPlane, version: string): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = plane.port;
    const ourProxy = stack.use(await TcpProxy.start({ upstreamPort }));
    const theirProxy = stack.use(await TcpProxy.start({ upstreamPort }));
    const client = stack.use(
      new OurClient(plane.client("admin", { server: ourProxy.url })),
    );
    const watched = client.listerWatcher(podsPath);
    const ours = stack.use(
      new Recording(
        new RetryWatcher(version, watched, {
          minRestartDelayMs: 20,
          maxRestartDelayMs: 500,
          watchTimeoutMs: 2000,
          watchGraceMs: 500,
        }),
      ),
    );
    const theirs = stack.use(
      await Oracle.start(
        plane.client("admin", { server: theirProxy.url }),
        [...flags, `--resource-version=${version}`],
        { env },
      ),
    );
    return new Pair(ourProxy, ours, theirProxy, theirs, stack.move());
  }

  /** Waits until both have seen a version. */
  async reach(version: string): Promise<void> {
    await within(`version ${version} at ours`, this.ours.reaches(version));
    await within(
      `version ${version} at client-go's`,
      this.theirs.waitFor("it", (line) => line.resourceVersion === version),
      {
        timeoutMs: 120_000,
        state: () => `last: ${oracleEvents(this.theirs.lines).at(-1)}`,
      },
    );
  }

  /** Waits until both have ended. */
  async end(): Promise<void> {
    await within("the end of ours", this.ours.ended);
    await within("the end of client-go's", this.theirs.finished());
  }

  /** Asserts that both have seen exactly the acknowledged changes. */
  compare(changes: Changes): void {
    assertSameEvents(
      ["ours", this.ours.acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
    assertSameEvents(
      ["ours", this.ours.texts],
      ["client-go's", oracleEvents(this.theirs.lines)],
      changes.hint,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** Cuts each connection after a number of bytes, until enough have been cut. */
function cutAtRandom(proxy: TcpProxy, seed: number): void {
  const limits = fc.sample(fc.noBias(fc.nat({ max: 60_000 })), {
    seed,
    // A connection may also end before that.
    numRuns: 10 * cuts,
  });
  proxy.breakAfter({
    bytes: () => proxy.broken < cuts ? limits.pop() : undefined,
  });
}

async function cutAll(pair: Pair, changes: Changes): Promise<void> {
  const proxies = [pair.ourProxy, pair.theirProxy];
  for (const proxy of proxies) cutAtRandom(proxy, changes.seed);
  await changes.write(1220);
  await pair.reach(changes.lastVersion);
  while (proxies.some((proxy) => proxy.broken < cuts)) {
    await changes.write(20);
    await pair.reach(changes.lastVersion);
  }
  for (const proxy of proxies) proxy.clear();
}

async function resetAll(pair: Pair, changes: Changes): Promise<void> {
  await changes.write(20);
  pair.ourProxy.reset();
  pair.theirProxy.reset();
  await changes.write(20);
  await pair.reach(changes.lastVersion);
}

/** Stalls all connections; they are neither resumed nor closed. */
async function stallAll(pair: Pair, changes: Changes): Promise<void> {
  await changes.write(20);
  await pair.reach(changes.lastVersion);
  assert(pair.ourProxy.stall() > 0);
  assert(pair.theirProxy.stall() > 0);
  await changes.write(40);
  await pair.reach(changes.lastVersion);
}

async function killApiserver(
  pair: Pair,
  changes: Changes,
  plane: ControlPlane,
): Promise<void> {
  await changes.write(100);
  await pair.reach(changes.lastVersion);
  await plane.restartApiserver({ signal: "SIGKILL" });
  await changes.write(100);
  await pair.reach(changes.lastVersion);
}

const troubles = [
  { name: `${cuts} cuts at random bytes`, times: 1, cause: cutAll },
  { name: "5 resets", times: 5, cause: resetAll },
  { name: "3 silent stalls", times: 3, cause: stallAll },
  { name: "2 kills of the apiserver", times: 2, cause: killApiserver },
];

e2eTest(
  "RetryWatcher neither loses nor repeats events when connections break",
  async (context) => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    await using pair = await Pair.start(plane, await versionNow(plane));
    for (const { name, times, cause } of troubles) {
      await context.step(name, async () => {
        for (let count = 0; count < times; count++) {
          await cause(pair, changes, plane);
        }
        pair.compare(changes);
      });
    }
    assert(changes.texts.length >= 2000);
  },
);

e2eTest(
  "RetryWatcher ends with an ERROR 410 if it lags behind when the apiserver is killed",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    await using pair = await Pair.start(plane, await versionNow(plane));
    await changes.write(100);
    await pair.reach(changes.lastVersion);
    const before = changes.texts;
    for (const proxy of [pair.ourProxy, pair.theirProxy]) {
      proxy.breakAfter({ bytes: () => 0 });
      proxy.cut();
    }
    await changes.write(100);
    await plane.restartApiserver({ signal: "SIGKILL" });
    pair.ourProxy.clear();
    pair.theirProxy.clear();
    await pair.end();
    assertSameEvents(
      ["ours", pair.ours.texts],
      ["client-go's", oracleEvents(pair.theirs.lines)],
      changes.hint,
    );
    assertSameEvents(
      ["ours", pair.ours.acknowledged],
      ["acknowledged before", [...before, "ERROR 410 Expired"]],
      changes.hint,
    );
  },
);

e2eTest(
  "RestListerWatcher with the default fetch abandons a stalled connection",
  async () => {
    await using plane = await ControlPlane.start();
    await using proxy = await TcpProxy.start({ upstreamPort: plane.port });
    const changes = new Changes(plane);
    await using watch = WatchProcess.start({
      client: plane.client("admin", { server: proxy.url }),
      path: podsPath,
      version: await versionNow(plane),
      watchTimeoutMs: 1000,
    });
    for (let stalls = 0;; stalls++) {
      await changes.write(20);
      const last = changes.lastVersion;
      await within(
        "the process to catch up",
        watch.until("it", (lines) => lines.at(-1)?.version === last),
        // Reusing the dead connection would take much longer.
        {
          timeoutMs: 20_000,
          state: () => JSON.stringify(watch.lines.at(-1)),
        },
      );
      if (stalls === 3) break;
      assert(proxy.stall() > 0);
    }
    const acknowledged = watch.lines.filter((line) => !line.announcement)
      .flatMap(({ text }) => text ?? []);
    assertSameEvents(
      ["ours", acknowledged],
      ["acknowledged", changes.texts],
      changes.hint,
    );
  },
);
