// `walkPages`: one list from several pages.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { walkPages } from "../../cache/_pages.ts";
import { StatusError } from "../../api/status_error.ts";
import type { KubernetesList, ListOptions } from "../../api/types.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { listOf } from "../support/wait_fakes.ts";

type Answer = KubernetesList | Error;

/** Walks over responses, and records what happened. */
async function walk(
  answers: Answer[],
  pageSize = 2,
  first: ListOptions = { resourceVersion: "0" },
) {
  const asked: ListOptions[] = [];
  const taken: string[] = [];
  const dropped: unknown[] = [];
  const result = walkPages(first, pageSize, {
    request: (options) => {
      asked.push(options);
      const answer = answers.shift();
      return answer === undefined || answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer);
    },
    take: (items) => {
      for (const { object } of items) taken.push(object.metadata?.name ?? "");
    },
    drop: (error) => {
      dropped.push(error);
      taken.length = 0;
    },
  });
  const [outcome] = await Promise.allSettled([result]);
  return { outcome, result, asked, taken, dropped };
}

function page(names: string[], token: string): KubernetesList {
  return listOf(names, { resourceVersion: "7", continue: token });
}

const EXPIRED = new StatusError({ code: 410, reason: "Expired" });

Deno.test("walkPages() sends one request when the first response is the whole list", async () => {
  const { result, asked, taken } = await walk([listOf(["a", "b", "c"])]);
  assertEquals(await result, { version: "7", cameInPages: false });
  assertEquals(asked, [{ resourceVersion: "0", limit: 2 }]);
  assertEquals(taken, ["a", "b", "c"]);
});

Deno.test("walkPages() requests later pages with the token and without a version", async () => {
  const { result, asked, taken } = await walk([
    page(["a", "b"], "1"),
    page(["c", "d"], "2"),
    listOf(["e"], { resourceVersion: "7", continue: "" }),
  ]);
  assertEquals(await result, { version: "7", cameInPages: true });
  assertEquals(asked, [
    { resourceVersion: "0", limit: 2 },
    { limit: 2, continue: "1" },
    { limit: 2, continue: "2" },
  ]);
  assertEquals(taken, ["a", "b", "c", "d", "e"]);
});

Deno.test("walkPages() sends no limit when the page size is 0", async () => {
  const { asked } = await walk([listOf(["a"])], 0);
  assertEquals(asked, [{ resourceVersion: "0" }]);
});

Deno.test("walkPages() requests the whole list of the first version when a page expires", async () => {
  const { result, asked, taken, dropped } = await walk([
    page(["a", "b"], "1"),
    EXPIRED,
    listOf(["b", "c"], { resourceVersion: "9" }),
  ]);
  assertEquals(await result, { version: "9", cameInPages: true });
  assertEquals(asked.at(-1), { resourceVersion: "0" });
  assertEquals(taken, ["b", "c"]);
  assertEquals(dropped, [EXPIRED]);
});

Deno.test("walkPages() follows the tokens of a server that pages an unlimited list", async () => {
  const { result, asked, taken } = await walk([
    page(["a"], "1"),
    EXPIRED,
    page(["b"], "2"),
    listOf(["c"]),
  ]);
  await result;
  assertEquals(asked.slice(2), [{ resourceVersion: "0" }, { continue: "2" }]);
  assertEquals(taken, ["b", "c"]);
});

Deno.test("walkPages() rejects when a page of the second walk expires too", async () => {
  const second = new StatusError({ code: 410 });
  const { result, asked } = await walk([
    page(["a"], "1"),
    EXPIRED,
    page(["b"], "2"),
    second,
  ]);
  assertStrictEquals(await assertRejects(() => result), second);
  assertEquals(asked.length, 4);
});

Deno.test("walkPages() rejects when the first request expires", async () => {
  const { result, asked, dropped } = await walk([EXPIRED]);
  assertStrictEquals(await assertRejects(() => result), EXPIRED);
  assertEquals(asked.length, 1);
  assertEquals(dropped, []);
});

Deno.test("walkPages() rejects when a page fails for another reason", async () => {
  const error = new StatusError({ code: 500 });
  const { result, asked } = await walk([page(["a"], "1"), error]);
  assertStrictEquals(await assertRejects(() => result), error);
  assertEquals(asked.length, 2);
});

Deno.test("walkPages() treats null items as empty, as Go marshals them", async () => {
  const { result, taken } = await walk([
    untyped({ metadata: { resourceVersion: "3" }, items: null }),
  ]);
  assertEquals(await result, { version: "3", cameInPages: false });
  assertEquals(taken, []);
});

Deno.test("walkPages() returns an empty version if the list has none", async () => {
  const { result } = await walk([{ items: [] }]);
  assertEquals((await result).version, "");
});

for (
  const [what, answer] of Object.entries({
    "a Status": { kind: "Status", code: 200 },
    "nothing": undefined,
    "null": null,
    "text": "<html>",
    "an object for items": { items: {} },
  })
) {
  Deno.test(`walkPages() rejects when the list is ${what}`, async () => {
    const result = walkPages({}, 0, {
      request: () => Promise.resolve(untyped<KubernetesList>(answer)),
      take: () => {},
      drop: () => {},
    });
    await assertRejects(() => result, TypeError, "it has no items");
  });
}

for (
  const [what, item] of Object.entries({ null: null, number: 5, list: [] })
) {
  Deno.test(`walkPages() rejects when an item of a later page is ${what}`, async () => {
    const { result, asked, taken } = await walk([
      page(["a"], "1"),
      untyped({ metadata: {}, items: [{}, item] }),
    ]);
    await assertRejects(() => result, TypeError, "item 1 is not an object");
    assertEquals(taken, ["a"], "nothing of a bad page is taken");
    assertEquals(asked.length, 2);
  });
}

Deno.test("walkPages() rejects when a token is not a string", async () => {
  const { result, asked } = await walk([
    untyped({ metadata: { continue: { a: 1 } }, items: [] }),
  ]);
  await assertRejects(() => result, TypeError, "continue is not a string");
  assertEquals(asked.length, 1);
});

Deno.test("walkPages() rejects when a version is not a string", async () => {
  const { result, taken } = await walk([
    untyped({ metadata: { resourceVersion: 7 }, items: [{ metadata: {} }] }),
  ]);
  await assertRejects(() => result, TypeError, "its resourceVersion is not");
  assertEquals(taken, []);
});

for (
  const [what, tokens, requests] of [
    ["at once", ["1", "1"], 2],
    ["after others", ["1", "2", "3", "1"], 4],
  ] as const
) {
  Deno.test(`walkPages() rejects when a token comes again ${what}`, async () => {
    const pages = tokens.map((token) => page([], token));
    const { result, asked } = await walk([...pages, listOf(["never"])]);
    await assertRejects(
      () => result,
      Error,
      "the server returned the same continue token again",
    );
    assertEquals(asked.length, requests);
  });
}

Deno.test("walkPages() rejects when a token comes again in the second walk", async () => {
  const { result, asked } = await walk([
    page(["a"], "1"),
    EXPIRED,
    page(["b"], "2"),
    page(["b"], "2"),
  ]);
  await assertRejects(() => result, Error, "the same continue token again");
  assertEquals(asked.length, 4);
});

Deno.test("walkPages() allows a token of the first walk in the second", async () => {
  const { result, taken } = await walk([
    page(["a"], "1"),
    EXPIRED,
    page(["b"], "1"),
    listOf(["c"]),
  ]);
  await result;
  assertEquals(taken, ["b", "c"]);
});
