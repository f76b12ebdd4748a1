/**
 * The sample API server of Kubernetes behind the aggregator: its changes, what
 * kube-apiserver answers in its place while it is away, and what a stale
 * discovery lets the command line know.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { matches } from "../../conditions/mod.ts";
import {
  ConditionNotMetError,
  IndexerInformerWatcher,
  RetryWatcher,
  StatusError,
  waitFor,
} from "../../watch/mod.ts";
import { runCli } from "./_cli.ts";
import { assertSameEvents, changeText, oracleEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { Recording } from "./_recording.ts";
import { poll, within } from "./_within.ts";
import {
  availability,
  flundersPath,
  sampleApi,
  SampleApiserver,
} from "../control_plane/aggregated_api.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const apiVersion = `${sampleApi.group}/${sampleApi.version}`;
const registration =
  `/apis/apiregistration.k8s.io/v1/apiservices/${sampleApi.version}.${sampleApi.group}`;
const programs = ["sample-apiserver"] as const;
const exists = matches((object) => object !== undefined);

/** What kube-apiserver answers until it has noticed that the server is away. */
const unreachable = "error trying to reach service: dial tcp";
/** What it answers from then on. */
const unavailable = "service unavailable";

async function create(plane: ControlPlane, name: string): Promise<string> {
  const { metadata } = await plane.request("POST", flundersPath, {
    apiVersion,
    kind: "Flunder",
    metadata: { name },
  });
  return metadata?.resourceVersion ?? "";
}

/** Creates, updates and deletes objects; returns the changes as events. */
async function change(plane: ControlPlane, count: number): Promise<string[]> {
  const texts: string[] = [];
  const note = (type: string, name: string, version: string | undefined) =>
    texts.push(changeText(type, name, version));
  for (let number = 0; number < count; number++) {
    const name = `flunder-${number}`;
    const path = `${flundersPath}/${name}`;
    note("ADDED", name, await create(plane, name));
    const body = { metadata: { annotations: { number: `${number}` } } };
    const updated = await plane.request("PATCH", path, body);
    note("MODIFIED", name, updated.metadata?.resourceVersion);
    if (number % 2 === 0) continue;
    await plane.request("DELETE", path);
    texts.push(`DELETED ${name}`);
  }
  return texts;
}

/** A deletion is acknowledged without its version. */
function withoutVersionOfDeletion(text: string): string {
  const [type, name] = text.split(" ");
  return type === "DELETED" ? `${type} ${name}` : text;
}

e2eTest(
  "aggregated API: watchers and informers see the same as client-go's",
  async () => {
    await using plane = await ControlPlane.start({ aggregation: true });
    await using _sample = await SampleApiserver.start(plane);
    using client = new OurClient(plane.client());
    const start = await create(plane, "first");
    const flunders = client.listerWatcher(flundersPath);
    await using ours = new Recording(new RetryWatcher(start, flunders));
    await using informer = new IndexerInformerWatcher(flunders);
    assert(await within("the sync", informer.controller.synced));
    await using theirs = await Oracle.start(plane.client(), [
      "retrywatcher",
      `--api-version=${apiVersion}`,
      "--resource=flunders",
      "--namespace=default",
      `--resource-version=${start}`,
    ]);
    const written = await change(plane, 60);
    const last = await create(plane, "last");
    written.push(changeText("ADDED", "last", last));
    await within("our watcher", ours.reaches(last));
    await within(
      "client-go's watcher",
      theirs.waitFor("the last", (line) => line.resourceVersion === last),
    );
    assertSameEvents(
      ["ours", ours.texts],
      ["client-go's", oracleEvents(theirs.lines)],
    );
    assertSameEvents(
      ["ours", ours.texts.map(withoutVersionOfDeletion)],
      ["acknowledged", written],
    );
    await poll(
      "the informer",
      () =>
        Promise.resolve(
          informer.indexer.getByKey("default/last") !== undefined,
        ),
    );
    const { items } = await plane.request("GET", flundersPath);
    assert(Array.isArray(items));
    assertEquals(informer.indexer.list().length, items.length);
  },
  { programs },
);

e2eTest(
  "aggregated API: waits and informers survive that its server is away",
  async () => {
    await using plane = await ControlPlane.start({ aggregation: true });
    await using sample = await SampleApiserver.start(plane);
    using client = new OurClient(plane.client());
    const start = await create(plane, "first");
    const flunders = client.listerWatcher(flundersPath);
    await using recording = new Recording(new RetryWatcher(start, flunders));
    const reported: unknown[] = [];
    await using informer = new IndexerInformerWatcher(flunders, {
      onWatchError: (error) => void reported.push(error),
    });
    assert(await within("the sync", informer.controller.synced));
    const ended = new AbortController();
    // Also where the test fails.
    using stack = new DisposableStack();
    stack.defer(() => ended.abort());
    const waiting = waitFor(flunders, exists, {
      name: "second",
      signal: ended.signal,
    });
    waiting.catch(() => {});

    await sample.stop();
    // The aggregator may notice at once.
    await assertAnswers(client, [unreachable, unavailable]);
    await availability(plane, sampleApi, "False");
    await assertAnswers(client, [unavailable]);
    await poll("the informer to report it", () =>
      Promise.resolve(
        reported.some((error) =>
          error instanceof StatusError && error.code === 503
        ),
      ));
    assertEquals(informer.indexer.listKeys(), ["default/first"]);

    await sample.restart();
    await create(plane, "second");
    const [second] = await within("the wait", waiting);
    assertEquals(second?.metadata?.name, "second");
    await poll("the informer to see it", () =>
      Promise.resolve(
        informer.indexer.getByKey("default/second") !== undefined,
      ));
    // kube-apiserver has written into the same store meanwhile, and the watch
    // cache of the restarted server starts at the latest version.
    await within("the end of the watcher", recording.ended);
    assertEquals(recording.texts, ["ERROR 410 Expired"]);
  },
  { programs },
);

/**
 * Asserts what a list, a watch and a wait say about a server that is away: one
 * of several texts.
 */
async function assertAnswers(
  client: OurClient,
  texts: readonly string[],
): Promise<void> {
  const assertSaid = ({ message }: Error) =>
    assert(texts.some((text) => message.includes(text)), message);
  const flunders = client.listerWatcher(flundersPath);
  for (const request of [() => flunders.list({}), () => flunders.watch({})]) {
    const error = await assertRejects(request, StatusError);
    assertEquals(error.code, 503);
    assertSaid(error);
  }
  const error = await assertRejects(
    () => waitFor(flunders, exists, { signal: AbortSignal.timeout(2000) }),
    ConditionNotMetError,
  );
  assertSaid(error);
}

e2eTest(
  "aggregated API: the command line says that its server is away",
  async () => {
    await using plane = await ControlPlane.start({ aggregation: true });
    await using sample = await SampleApiserver.start(plane);
    await create(plane, "first");
    const run = async (...args: string[]) =>
      await within(args.join(" "), runCli(plane, args));
    const create1 = ["wait", "flunders/first", "--for=create"];
    assertEquals((await run(...create1)).code, 0);

    await sample.stop();
    await availability(plane, sampleApi, "False");
    await poll("the discovery to be stale", async () => {
      const { stderr } = await run(...create1);
      return stderr.includes("doesn't have a resource type");
    });
    const why = `the server doesn't have a resource type "flunders": the API ` +
      `server of ${apiVersion}, which may have it, does not respond`;
    for (
      const args of [
        create1,
        ["wait", `flunders.${sampleApi.group}/first`, "--for=delete"],
        ["watch", "flunders"],
      ]
    ) {
      const { code, stderr } = await run(...args);
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, `error: ${why}`);
    }
    // All other APIs are as ever.
    const other = await run("wait", "service/sample-apiserver", "--for=create");
    assertEquals(other.code, 0, other.stderr);

    await sample.restart();
    await poll("the discovery to be fresh", async () => {
      return (await run(...create1)).code === 0;
    });
  },
  { programs },
);

e2eTest(
  "aggregated API: an API that is no longer registered is a 404",
  async () => {
    await using plane = await ControlPlane.start({ aggregation: true });
    await using _sample = await SampleApiserver.start(plane);
    using client = new OurClient(plane.client());
    const flunders = client.listerWatcher(flundersPath);
    await create(plane, "first");
    await plane.request("DELETE", registration);
    await poll("the API to be gone", async () => {
      const error = await assertRejects(
        () =>
          waitFor(flunders, matches(() => false), {
            signal: AbortSignal.timeout(2000),
          }),
      );
      if (!(error instanceof StatusError)) return false;
      assertEquals(error.code, 404);
      assertStringIncludes(error.message, "404 page not found");
      return true;
    });
  },
  { programs },
);
