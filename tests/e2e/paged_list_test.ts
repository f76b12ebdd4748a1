/**
 * A paged list, and the watch that follows it, while objects change: no change
 * is lost between two pages, or between the list and the watch. client-go no
 * longer has ListWatchUntil, so the result is compared only with the
 * acknowledged changes.
 */

import { assert, assertEquals } from "@std/assert";
import { type ChangeEvent, listWatchUntil } from "../../watch/mod.ts";
import { Changes, podNamed, podsPath } from "./_changes.ts";
import { assertSameEvents, changeText, eventText } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

const pageSize = 50;
const marker = "the-last";

/** Returns the objects at a version, in list order. */
function snapshot(
  changes: Changes,
  version: number,
  dying: ReadonlySet<string>,
): string[] {
  const versions = new Map<string, string>();
  for (const change of changes.acknowledged) {
    if (Number(change.version) > version) break;
    if (change.type === "DELETED") versions.delete(change.name);
    else versions.set(change.name, change.version);
  }
  const names = [...versions.keys()].sort();
  return names.map((name) =>
    changeText("ADDED", name, dying.has(name) ? "dying" : versions.get(name))
  );
}

/** The version at which a pod is marked for deletion is not acknowledged. */
function isMarked({ object }: ChangeEvent): boolean {
  return object.metadata?.deletionTimestamp !== undefined;
}

/** Lists and watches; `disturb` is called after each page. */
async function race(
  plane: ControlPlane,
  changes: Changes,
  disturb: (page: number) => Promise<unknown>,
) {
  const opened = Promise.withResolvers<void>();
  // Changes are already being made when the first page is requested.
  let work: Promise<unknown> = changes.write(100);
  let pages = 0;
  using client = new OurClient(plane.client(), {
    async onAnswer(url) {
      if (url.searchParams.has("watch")) return opened.resolve();
      const page = ++pages;
      work = work.then(() => disturb(page));
      await work;
    },
  });
  const events: ChangeEvent[] = [];
  const waiting = listWatchUntil(
    client.listerWatcher(podsPath),
    (event) => {
      if (event.type === "BOOKMARK" || event.type === "ERROR") return false;
      events.push(event);
      return event.object.metadata?.name === marker;
    },
    { pageSize, signal: AbortSignal.timeout(60_000) },
  );
  // An earlier rejection is reported where the promise is awaited.
  const settled = waiting.then(() => undefined, () => undefined);
  await within("the watch", Promise.race([opened.promise, settled]));
  await changes.write(100);
  await plane.request("POST", podsPath, podNamed(marker));
  const met = await waiting;
  return { events, met, requests: client.requests };
}

function check(
  changes: Changes,
  { events, met, requests }: Awaited<ReturnType<typeof race>>,
): void {
  const watches = requests.filter((url) => url.searchParams.has("watch"));
  const listed = Number(watches[0]?.searchParams.get("resourceVersion"));
  const later = changes.acknowledged.filter(({ version }) =>
    Number(version) > listed
  );
  const seen: string[] = [];
  const dying = new Set<string>();
  for (const event of events) {
    const { name = "" } = event.object.metadata ?? {};
    if (event.type === "ADDED" && isMarked(event)) {
      dying.add(name);
      seen.push(changeText("ADDED", name, "dying"));
    } else if (event.type !== "MODIFIED" || !isMarked(event)) {
      seen.push(eventText(event));
    }
  }
  assertSameEvents(
    ["ours", seen],
    [`the list at ${listed}, then all that was acknowledged`, [
      ...snapshot(changes, listed, dying),
      ...later.map(({ text }) => text),
      eventText(met),
    ]],
    changes.hint,
  );
  assert(later.length >= 100, `only ${later.length} changes after the list`);
}

e2eTest(
  "listWatchUntil() loses no change during or after a list of 10 pages",
  async () => {
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane, { pods: 500 });
    await changes.fill();
    const raced = await race(plane, changes, () => changes.write(20));
    check(changes, raced);
    const pages = raced.requests.filter((url) =>
      url.searchParams.has("limit") && !url.searchParams.has("watch")
    );
    assert(pages.length >= 8, `only ${pages.length} pages`);
    for (const url of pages) {
      assertEquals(url.searchParams.get("limit"), `${pageSize}`);
    }
  },
);

e2eTest(
  "listWatchUntil() restarts with one full list when its pages expire",
  async () => {
    // Without snapshots in memory, a server reads old pages from etcd.
    await using plane = await ControlPlane.start({
      apiserverFlags: ["--feature-gates=ListFromCacheSnapshot=false"],
    });
    const changes = new Changes(plane, { pods: 200 });
    await changes.fill();
    const raced = await race(plane, changes, async (page) => {
      await changes.write(50);
      if (page === 2) await plane.compactEtcd();
    });
    const kinds = raced.requests.map(({ searchParams }) => {
      if (searchParams.has("watch")) return "watch";
      if (searchParams.has("continue")) return "page";
      return searchParams.has("limit") ? "first page" : "all";
    });
    assertEquals(kinds, ["first page", "page", "page", "all", "watch"]);
    check(changes, raced);
  },
);
