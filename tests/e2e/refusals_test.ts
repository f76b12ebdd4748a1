/**
 * Requests that a server rejects: the result is a StatusError, or an ERROR
 * event, with the Status from the server.
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  isForbidden,
  isNotFound,
  isUnauthorized,
  type RestListerWatcher,
  RetryWatcher,
  StatusError,
  until,
  WaitInterruptedError,
  WatchClosedError,
  type WatchEvent,
} from "../../watch/mod.ts";
import { versionNow } from "./_changes.ts";
import { oracleEvents } from "./_events.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import { OurClient } from "./_our_client.ts";
import { within } from "./_within.ts";
import { ControlPlane, RequestError } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const reading = {
  verbs: ["list", "watch"],
  resources: ["configmaps"],
} as const;

/** Returns the server's response to the same request by the harness. */
async function refusal(
  plane: ControlPlane,
  path: string,
  token?: string,
): Promise<JsonObject> {
  const request = plane.request("GET", path, undefined, { token });
  const error = await assertRejects(() => request);
  assertInstanceOf(error, RequestError);
  return error.body;
}

async function rejection(promise: Promise<unknown>): Promise<StatusError> {
  const error = await assertRejects(() => promise);
  assertInstanceOf(error, StatusError);
  return error;
}

/**
 * The events of a watcher that ends by itself, and a promise of the first one.
 */
function eventsOf(
  watcher: RetryWatcher,
): { all: Promise<WatchEvent[]>; first: Promise<void> } {
  const first = Promise.withResolvers<void>();
  const read = async () => {
    const events: WatchEvent[] = [];
    for await (const event of watcher) {
      events.push(event);
      first.resolve();
    }
    return events;
  };
  return { all: read(), first: first.promise };
}

function createConfigMap(
  plane: ControlPlane,
  name: string,
): Promise<JsonObject> {
  return plane.request("POST", configMaps, { metadata: { name } });
}

/**
 * Asserts that ours and client-go's end alike: one event, then the server's
 * Status.
 */
async function assertEndsWith(
  status: JsonObject,
  ours: Promise<WatchEvent[]>,
  theirs: Oracle,
): Promise<void> {
  const events = await within("the end of ours", ours);
  const lines = await within("the end of client-go's", theirs.finished());
  assertEquals(events.map(({ type }) => type), ["ADDED", "ERROR"]);
  assertEquals<unknown>(events[1]?.object, status);
  assertEquals(
    oracleEvents(lines).map((text) => text.split(" ")[0]),
    ["ADDED", "ERROR"],
  );
  const error = lines.findLast((line) => line.type === "ERROR");
  assertEquals([error?.code, error?.reason, error?.message], [
    status.code,
    status.reason,
    status.message,
  ]);
}

async function assertClosedBy(
  status: JsonObject,
  version: string,
  watched: RestListerWatcher,
): Promise<void> {
  const error = await assertRejects(() =>
    until(version, watched, (event) => event.type === "ADDED")
  );
  assertInstanceOf(error, WatchClosedError);
  assertInstanceOf(error.cause, StatusError);
  assertEquals<unknown>(error.cause.status, status);
}

e2eTest(
  "RetryWatcher ends with a 401 when its token is revoked",
  async () => {
    await using plane = await ControlPlane.start();
    const issued = await plane.issueToken({ account: "robot" });
    const { token } = issued;
    await plane.grant({ user: issued.user, ...reading });
    const version = await versionNow(plane, configMaps);
    const config = { ...plane.client(), token };
    using client = new OurClient(config);
    const watched = client.listerWatcher(configMaps);
    await using watcher = new RetryWatcher(version, watched, {
      minRestartDelayMs: 100,
      watchTimeoutMs: 1000,
    });
    const ours = eventsOf(watcher);
    await using theirs = await Oracle.start(config, [
      "retrywatcher",
      `--resource-version=${version}`,
      "--namespace=default",
      "--watch-timeout=1s",
    ]);
    await createConfigMap(plane, "a");
    await within("ours", ours.first);
    await within(
      "client-go",
      theirs.waitFor("it", (line) => line.name === "a"),
    );
    await issued.revoke();

    const status = await refusal(plane, `${configMaps}?watch=true`, token);
    assertEquals([status.kind, status.code], ["Status", 401]);
    await assertEndsWith(status, ours.all, theirs);
    const listing = await rejection(watched.list({}));
    assert(isUnauthorized(listing));
    assertEquals<unknown>(
      listing.status,
      await refusal(plane, configMaps, token),
    );
    await assertClosedBy(status, version, watched);
  },
);

e2eTest(
  "RetryWatcher ends with a 403 when its permission is revoked",
  async () => {
    await using plane = await ControlPlane.start({
      users: [{ name: "alice" }],
    });
    const right = await plane.grant({ user: "alice", ...reading });
    const version = await versionNow(plane, configMaps);
    const config = plane.client("alice");
    using client = new OurClient(config);
    const watched = client.listerWatcher(configMaps);
    await using watcher = new RetryWatcher(version, watched, {
      minRestartDelayMs: 100,
      watchTimeoutMs: 1000,
    });
    const ours = eventsOf(watcher);
    await using theirs = await Oracle.start(config, [
      "retrywatcher",
      `--resource-version=${version}`,
      "--namespace=default",
      "--watch-timeout=1s",
    ]);
    await createConfigMap(plane, "a");
    await within("ours", ours.first);
    await within(
      "client-go",
      theirs.waitFor("it", (line) => line.name === "a"),
    );
    await right.revoke();

    const { token } = config;
    const status = await refusal(plane, `${configMaps}?watch=true`, token);
    assertEquals([status.kind, status.code], ["Status", 403]);
    await assertEndsWith(status, ours.all, theirs);
    const listing = await rejection(watched.list({}));
    assert(isForbidden(listing));
    assertEquals<unknown>(
      listing.status,
      await refusal(plane, configMaps, token),
    );
    await assertClosedBy(status, version, watched);
  },
);

e2eTest(
  "RestListerWatcher rejects with the server's Status for an invalid request",
  async () => {
    await using plane = await ControlPlane.start();
    using client = new OurClient(plane.client());
    const unknown = "/api/v1/namespaces/default/wishes";
    const exact = { resourceVersionMatch: "Exact" };
    const cases = [
      { code: 404, path: unknown, query: {} },
      { code: 400, path: configMaps, query: { labelSelector: "a in (" } },
      { code: 400, path: configMaps, query: { fieldSelector: "colour=red" } },
      { code: 422, path: configMaps, query: exact },
    ];
    for (const { code, path, query } of cases) {
      const watched = client.listerWatcher(path);
      const text = `${new URLSearchParams(query)}`;
      const listing = await rejection(watched.list(query));
      assertEquals<unknown>(
        listing.status,
        await refusal(plane, `${path}?${text}`),
      );
      assertEquals([listing.code, listing.status.kind], [code, "Status"]);
      const watch = await rejection(watched.watch(query));
      assertEquals<unknown>(
        watch.status,
        await refusal(plane, `${path}?watch=true&${text}`),
      );
      assertEquals(watch.code, code);
    }
    const initial = await rejection(
      client.listerWatcher(configMaps).watch({ sendInitialEvents: true }),
    );
    assertEquals([initial.code, initial.reason], [422, "Invalid"]);

    // An unknown group is answered with plain text instead of a Status.
    const nowhere = client.listerWatcher("/apis/nowhere.example/v1/wishes");
    const missing = await rejection(nowhere.list({}));
    assert(isNotFound(missing));
    assertEquals(missing.code, 404);
    assert(missing.message.includes("404 page not found"));
  },
);

e2eTest(
  "RetryWatcher keeps retrying an invalid request, and until() reports why",
  async () => {
    await using plane = await ControlPlane.start();
    using client = new OurClient(plane.client());
    const cases = [
      {
        code: 404,
        reason: "NotFound",
        watched: client.listerWatcher("/api/v1/namespaces/default/wishes"),
        flags: ["--resource=wishes"],
      },
      {
        code: 400,
        reason: "BadRequest",
        watched: client.listerWatcher(configMaps, { labelSelector: "a in (" }),
        flags: ["--label-selector=a in ("],
      },
    ];
    for (const { code, reason, watched, flags } of cases) {
      const error = await assertRejects(() =>
        until("1", watched, () => true, {
          minRestartDelayMs: 200,
          signal: AbortSignal.timeout(2500),
        })
      );
      assertInstanceOf(error, WaitInterruptedError);
      assertInstanceOf(error.lastError, StatusError);
      assertEquals([error.timedOut, error.lastEvent], [true, undefined]);
      assertEquals([error.lastError.code, error.lastError.reason], [
        code,
        reason,
      ]);
      await using theirs = await Oracle.start(plane.client(), [
        "until",
        "--namespace=default",
        "--resource-version=1",
        "--timeout=2500ms",
        ...flags,
      ]);
      const lines = await within("client-go's", theirs.finished());
      const refused = lines.filter((line) => line.watch !== undefined);
      assert(refused.length > 1, "client-go gave up");
      assertEquals(refused[0]?.reason, reason);
      assertEquals(refused[0]?.message, error.lastError.message);
      // Unlike ours, client-go does not report why.
      const failure = lines.find((line) => line.failed);
      assertEquals(failure?.message, "timed out waiting for the condition");
      assert(error.message.endsWith(`last error: ${error.lastError.message}`));
    }
  },
);
