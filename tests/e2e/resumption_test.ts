/**
 * A resource version saved by one process and resumed by another: processes of
 * this library and of client-go take turns at one stream of changes, and
 * together see each change once.
 */

import { Changes, podsPath, versionNow } from "./_changes.ts";
import { assertSameEvents, oracleEvents } from "./_events.ts";
import { WatchProcess } from "./_watch_process.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const flags = ["retrywatcher", "--resource=pods", "--namespace=default"];

/**
 * The events that a process saw, and the version from which the next one
 * continues.
 */
interface Leg {
  readonly texts: readonly string[];
  readonly version: string;
}

/** Runs our process, which is stopped or killed after a number of events. */
async function runOurs(
  plane: ControlPlane,
  version: string,
  events: number,
  end: "stop" | "kill",
): Promise<Leg> {
  await using watch = WatchProcess.start({
    client: plane.client(),
    path: podsPath,
    version,
  });
  await within(
    `${events} events of ours`,
    watch.until("them", (lines) => lines.length >= events),
    { state: () => `${watch.lines.length} so far` },
  );
  await within(`the process to ${end}`, watch[end]());
  return { texts: watch.texts, version: watch.version };
}

/**
 * Runs client-go's process, which only reports the version of its last event.
 */
async function runTheirs(
  plane: ControlPlane,
  version: string,
  events: number,
): Promise<Leg> {
  await using oracle = await Oracle.start(plane.client(), [
    ...flags,
    `--resource-version=${version}`,
    `--stop-after=${events}`,
  ]);
  const lines = await within(`${events} of client-go's`, oracle.finished());
  const last = lines.findLast((line) => line.type !== undefined);
  return { texts: oracleEvents(lines), version: last?.resourceVersion ?? "" };
}

e2eTest(
  "RetryWatcher.resourceVersion of one process can be resumed by another",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    const start = await versionNow(plane);
    await using whole = await Oracle.start(plane.client(), [
      ...flags,
      `--resource-version=${start}`,
    ]);
    const legs = [
      (version: string) => runOurs(plane, version, 150, "stop"),
      (version: string) => runOurs(plane, version, 130, "kill"),
      (version: string) => runTheirs(plane, version, 170),
      (version: string) => runOurs(plane, version, 110, "stop"),
      (version: string) => runTheirs(plane, version, 90),
    ];
    // Each process leaves changes that the next one has to start with.
    const texts: string[] = [];
    let version = start;
    for (const leg of legs) {
      const writing = changes.write(250);
      const [result] = await Promise.all([leg(version), writing]);
      texts.push(...result.texts);
      version = result.version;
    }

    const last = changes.lastVersion;
    await using rest = WatchProcess.start({
      client: plane.client(),
      path: podsPath,
      version,
    });
    await within(
      "the last process",
      rest.until("it", (lines) => lines.at(-1)?.version === last),
      { state: () => JSON.stringify(rest.lines.at(-1)) },
    );
    await within("its end", rest.stop());
    texts.push(...rest.texts);
    await within(
      "client-go's",
      whole.waitFor("the last", (line) => line.resourceVersion === last),
    );
    assertSameEvents(
      ["all processes", texts],
      ["client-go's from the start on", oracleEvents(whole.lines)],
      changes.hint,
    );
  },
);
