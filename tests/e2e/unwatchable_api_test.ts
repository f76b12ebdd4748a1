/**
 * APIs that list without versions and cannot be watched: everything says so at
 * once, instead of repeating a request that can never succeed.
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { matches } from "../../conditions/mod.ts";
import {
  IndexerInformerWatcher,
  type ListerWatcher,
  listWatchUntil,
  StatusError,
  UntilError,
  untilWithSync,
  waitFor,
  WaitInterruptedError,
} from "../../watch/mod.ts";
import { runCli } from "./_cli.ts";
import { podMetricsPath, startMetricsApi } from "./_metrics_api.ts";
import { OurClient } from "./_our_client.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

const never = matches(() => false);

/** Long enough that a wait which does not end by itself would be noticed. */
const limitMs = 170_000;

interface Case {
  readonly plane: ControlPlane;
  readonly source: ListerWatcher;
  readonly refusal: string;
  /** The resource and an object of it, as the command line names them. */
  readonly resource: string;
  readonly name: string;
}

async function assertSaysSo(testCase: Case): Promise<void> {
  const { source, refusal } = testCase;
  const signal = AbortSignal.timeout(limitMs);
  const refused = await assertRejects(
    () => within("waitFor", waitFor(source, never, { signal })),
    StatusError,
  );
  assertEquals([refused.code, refused.message], [405, refusal]);

  const unversioned = await assertRejects(
    () => listWatchUntil(source, () => false, { signal }),
    UntilError,
  );
  assertStringIncludes(unversioned.message, "no resource version");

  // As client-go's, which may find a server that is only being replaced.
  const late = await assertRejects(
    () =>
      untilWithSync(source, undefined, () => false, {
        signal: AbortSignal.timeout(2000),
      }),
    WaitInterruptedError,
  );
  assertStringIncludes(late.message, refusal);
  await assertInformerLists(testCase);
  await assertCommandsSaySo(testCase);
}

/** An informer has the objects, and reports that it gets no changes. */
async function assertInformerLists(
  { source, name, refusal }: Case,
): Promise<void> {
  const reported = Promise.withResolvers<unknown>();
  await using informer = new IndexerInformerWatcher(source, {
    onWatchError: reported.resolve,
  });
  assert(await within("the sync", informer.controller.synced));
  const names = informer.indexer.list().map(({ metadata }) => metadata?.name);
  assert(names.includes(name), names.join());
  const error = await within("the report", reported.promise);
  assertInstanceOf(error, StatusError);
  assertEquals(error.message, refusal);
}

async function assertCommandsSaySo(
  { plane, resource, name, refusal }: Case,
): Promise<void> {
  const commands = [
    [["wait", `${resource}/${name}`, "--for=condition=Odd"], refusal],
    [["wait", `${resource}/${name}`, "--for=delete"], refusal],
    [["wait", `${resource}/new`, "--for=create"], refusal],
    [
      ["watch", resource],
      "the server's list has no resource version to watch from",
    ],
  ] as const;
  for (const [command, why] of commands) {
    const { code, stderr } = await within(
      command.join(" "),
      runCli(plane, command),
    );
    assertEquals(code, 1, stderr);
    assertStringIncludes(
      stderr,
      `error: ${resource} cannot be watched, only listed: ${why}`,
    );
  }
  // What is met already needs no watch.
  const { code, stderr } = await runCli(plane, [
    "wait",
    `${resource}/${name}`,
    "--for=create",
  ]);
  assertEquals(code, 0, stderr);
}

e2eTest(
  "a resource that kube-apiserver only lists is reported at once",
  async () => {
    await using plane = await ControlPlane.start();
    using client = new OurClient(plane.client());
    await assertSaysSo({
      plane,
      source: client.listerWatcher("/api/v1/componentstatuses"),
      refusal:
        'watch is not supported on resources of kind "componentstatuses"',
      resource: "componentstatuses",
      name: "etcd-0",
    });
  },
);

e2eTest(
  "an API like metrics.k8s.io behind the aggregator is reported at once",
  async () => {
    await using plane = await ControlPlane.start({ aggregation: true });
    await using _server = await startMetricsApi(plane);
    using client = new OurClient(plane.client());
    await assertSaysSo({
      plane,
      source: client.listerWatcher(podMetricsPath),
      refusal:
        'watch is not supported on resources of kind "pods.metrics.k8s.io"',
      resource: "pods.metrics.k8s.io",
      name: "web",
    });
  },
);
