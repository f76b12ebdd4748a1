// Which objects a wait is about.

import { assertEquals } from "@std/assert";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import { isSelected, selectFrom } from "../../watch/_wait_selection.ts";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";

async function asked(
  selection: { name?: string; namespace?: string },
): Promise<(string | undefined)[]> {
  const fake = new FakeListerWatcher();
  const source = selectFrom(fake, selection);
  await source.list({ limit: 7 });
  await (await source.watch({ allowWatchBookmarks: true })).cancel();
  assertEquals(fake.listCalls[0]?.options.limit, 7);
  assertEquals(fake.watchCalls[0]?.options.allowWatchBookmarks, true);
  return [fake.listCalls[0], fake.watchCalls[0]].map((call) =>
    call?.options.fieldSelector
  );
}

Deno.test("selectFrom() asks for a name and a namespace by field selector", async () => {
  for (
    const [selection, selector] of [
      [{}, undefined],
      [{ name: "web" }, "metadata.name=web"],
      [{ namespace: "shop" }, "metadata.namespace=shop"],
      [
        { name: "web", namespace: "shop" },
        "metadata.name=web,metadata.namespace=shop",
      ],
      [{ name: "a,b=c\\d" }, "metadata.name=a\\,b\\=c\\\\d"],
    ] as const
  ) {
    assertEquals(await asked(selection), [selector, selector]);
  }
});

Deno.test("selectFrom() keeps the field selector that a source has of its own", async () => {
  await using server = new FakeApiServer();
  const selectors = () =>
    server.requests.map(({ query }) => query.fieldSelector);
  const pods = new RestListerWatcher({
    server: "https://example.com",
    path: "/api/v1/pods",
    fieldSelector: "metadata.namespace!=kube-system",
    fetch: server.fetch,
  });
  await selectFrom(pods, { name: "web" }).list({});
  await selectFrom(pods, {}).list({});
  assertEquals(selectors(), [
    "metadata.namespace!=kube-system,metadata.name=web",
    "metadata.namespace!=kube-system",
  ]);
});

Deno.test("isSelected() looks at the name and the namespace", () => {
  const object = { metadata: { name: "web", namespace: "shop" } };
  for (
    const [selection, selected] of [
      [{}, true],
      [{ name: "web" }, true],
      [{ name: "db" }, false],
      [{ namespace: "shop" }, true],
      [{ namespace: "default" }, false],
      [{ name: "web", namespace: "default" }, false],
    ] as const
  ) {
    assertEquals(isSelected(selection, object), selected);
  }
  assertEquals(isSelected({ namespace: "default" }, {}), false);
});
