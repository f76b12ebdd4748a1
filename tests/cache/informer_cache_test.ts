// `InformerCache`: the events of each change of the store.

import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { IndexedStore } from "../../cache/_indexed_store.ts";
import { type Collected, InformerCache } from "../../cache/_informer_cache.ts";
import type { ChangeEvent } from "../../api/types.ts";
import { type Item, line, lines, stored } from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";

/** A cache, and what it has reported. */
function added(object: Item): ChangeEvent<Item> {
  return { type: "ADDED", object };
}

class Fixture {
  readonly events: ChangeEvent<Item>[] = [];
  readonly errors: unknown[] = [];
  /** The size of the store at each event. */
  readonly sizes: number[] = [];
  readonly #store = new IndexedStore<Item>({}, () => {});
  readonly cache: InformerCache<Item>;

  constructor(transform?: (item: Item) => Item) {
    this.cache = new InformerCache<Item>(this.#store, {
      transform,
      onEvent: (_key, event) => {
        this.events.push(event);
        this.sizes.push(this.#store.size);
      },
      onError: (error) => void this.errors.push(error),
    });
  }

  apply(type: ChangeEvent["type"], object: Item): string[] {
    this.cache.apply({ type, object });
    return this.take();
  }

  replace(...objects: Item[]): string[] {
    const collected: Collected<Item> = new Map();
    for (const object of objects) {
      this.cache.collectEvent(collected, added(object));
    }
    this.cache.replace(collected);
    return this.take();
  }

  take(): string[] {
    return this.events.splice(0).map(line);
  }

  get store(): string[] {
    return lines(this.#store.view);
  }

  get objects(): Item[] {
    return this.#store.view.list();
  }

  get messages(): string[] {
    return this.errors.map((error) => {
      assertInstanceOf(error, Error);
      return error.message;
    });
  }
}

Deno.test("apply() names a change by the store, not by the type of the watch's event", () => {
  const fixture = new Fixture();
  assertEquals(fixture.apply("MODIFIED", stored("a", 2)), ["ADDED a@2"]);
  assertEquals(fixture.apply("ADDED", stored("a", 3)), ["MODIFIED a@3"]);
  assertEquals(fixture.store, ["a@3"]);
});

Deno.test("apply() removes a deleted object, and reports its last state", () => {
  const fixture = new Fixture();
  fixture.apply("ADDED", stored("a", 2));
  assertEquals(fixture.apply("DELETED", stored("a", 5)), ["DELETED a@5"]);
  assertEquals(fixture.store, []);
});

Deno.test("apply() ignores the deletion of an unknown object", () => {
  let transformed = 0;
  const fixture = new Fixture((item) => {
    transformed++;
    return item;
  });
  assertEquals(fixture.apply("DELETED", stored("a", 5)), []);
  assertEquals(transformed, 0);
});

for (const type of ["ADDED", "MODIFIED"] as const) {
  Deno.test(`apply() reports DELETED, then ADDED, for an object with another uid that is ${type}`, () => {
    const fixture = new Fixture();
    fixture.apply("ADDED", stored("a", 2, "one"));
    assertEquals(fixture.apply(type, stored("a", 7, "two")), [
      "DELETED a@2",
      "ADDED a@7",
    ]);
    assertEquals(fixture.store, ["a@7"]);
  });
}

Deno.test("apply() deletes the known object when another of the same name is deleted", () => {
  const fixture = new Fixture();
  fixture.apply("ADDED", stored("a", 2, "one"));
  assertEquals(fixture.apply("DELETED", stored("a", 7, "two")), [
    "DELETED a@2",
  ]);
  assertEquals(fixture.store, []);
});

Deno.test("apply() does not tell objects apart if one has no uid", () => {
  const fixture = new Fixture();
  fixture.apply("ADDED", { metadata: { name: "a", resourceVersion: "2" } });
  assertEquals(fixture.apply("MODIFIED", stored("a", 3)), ["MODIFIED a@3"]);
  const none = { metadata: { name: "a", resourceVersion: "4" } };
  assertEquals(fixture.apply("MODIFIED", none), ["MODIFIED a@4"]);
});

Deno.test("replace() reports what is new, changed, replaced and gone, and nothing else", () => {
  const fixture = new Fixture();
  fixture.replace(
    stored("same", 2),
    stored("changed", 3),
    stored("replaced", 4, "one"),
    stored("gone", 5),
  );
  const before = fixture.objects;
  assertEquals(
    fixture.replace(
      stored("replaced", 9, "two"),
      stored("new", 8),
      stored("same", 2),
      stored("changed", 7),
    ),
    [
      "DELETED replaced@4",
      "ADDED replaced@9",
      "ADDED new@8",
      "MODIFIED changed@7",
      "DELETED gone@5",
    ],
  );
  assertEquals(fixture.store, ["changed@7", "new@8", "replaced@9", "same@2"]);
  assertStrictEquals(fixture.objects[0], before[0]);
});

Deno.test("replace() is one step: its first event finds the whole list in the store", () => {
  const fixture = new Fixture();
  fixture.replace(stored("a", 2), stored("b", 3));
  fixture.replace(stored("b", 4), stored("c", 5), stored("d", 6));
  assertEquals(fixture.sizes, [2, 2, 3, 3, 3, 3]);
});

Deno.test("replace() treats an object of the same version as unchanged only if its uid is the same", () => {
  const fixture = new Fixture();
  fixture.replace(stored("a", 2, "one"));
  assertEquals(fixture.replace(stored("a", 2, "two")), [
    "DELETED a@2",
    "ADDED a@2",
  ]);
});

Deno.test("replace() treats objects without a version as changed", () => {
  const fixture = new Fixture();
  const object = { metadata: { name: "a", uid: "one" } };
  fixture.replace(object);
  assertEquals(fixture.replace(object), ["MODIFIED a@undefined"]);
});

Deno.test("collectEvent() removes an object from a list", () => {
  const fixture = new Fixture();
  const { cache } = fixture;
  const collected: Collected<Item> = new Map();
  cache.collectEvent(collected, added(stored("a", 2)));
  cache.collectEvent(collected, added(stored("b", 3)));
  cache.collectEvent(collected, { type: "DELETED", object: stored("a", 4) });
  cache.collectEvent(collected, { type: "DELETED", object: stored("c", 5) });
  cache.collectEvent(collected, { type: "DELETED", object: {} });
  cache.replace(collected);
  assertEquals(fixture.store, ["b@3"]);
  assertEquals(fixture.errors.length, 1);
});

Deno.test("resync() reports each object as MODIFIED", () => {
  const fixture = new Fixture();
  fixture.replace(stored("a", 2), stored("b", 3));
  fixture.cache.resync();
  assertEquals(fixture.take(), ["MODIFIED a@2", "MODIFIED b@3"]);
});

Deno.test("a transform runs before an object is stored or reported, once for each", () => {
  const seen: string[] = [];
  const fixture = new Fixture((item) => {
    seen.push(lines([item])[0] ?? "");
    return { ...item, value: 1 };
  });
  fixture.replace(stored("a", 2));
  fixture.replace(stored("a", 2));
  assertEquals(fixture.objects.map(({ value }) => value), [1]);
  fixture.cache.apply({ type: "MODIFIED", object: stored("a", 3) });
  fixture.cache.apply({ type: "DELETED", object: stored("a", 4) });
  assertEquals(seen, ["a@2", "a@3", "a@4"]);
  assertEquals(fixture.events.map(({ object }) => object.value), [1, 1]);
});

Deno.test("a transform may drop uid and version", () => {
  const fixture = new Fixture(({ metadata }) => ({
    metadata: { name: metadata?.name },
  }));
  assertEquals(fixture.replace(stored("a", 2)).length, 1);
  assertEquals(fixture.replace(stored("a", 2)), []);
  assertEquals(fixture.replace(stored("a", 2, "other")).length, 2);
});

Deno.test("a transform may modify its argument", () => {
  const fixture = new Fixture((item) => {
    delete item.metadata?.uid;
    return item;
  });
  fixture.replace(stored("a", 2));
  assertEquals(fixture.replace(stored("a", 2)), []);
});

for (
  const [what, transform, reason] of [
    ["throws", () => {
      throw new Error("too big");
    }, "too big"],
    [
      "returns nothing",
      () => untyped<Item>(undefined),
      "it returned no object",
    ],
  ] as const
) {
  Deno.test(`an object is named in the error, and stays as it was, when its transform ${what}`, () => {
    let fails = false;
    const fixture = new Fixture((item) => fails ? transform() : item);
    fixture.replace(stored("a", 2), stored("b", 2));
    fails = true;
    assertEquals(fixture.apply("MODIFIED", stored("a", 3)), []);
    assertEquals(fixture.apply("ADDED", stored("c", 4)), []);
    assertEquals(fixture.replace(stored("a", 5), stored("b", 2)), []);
    assertEquals(fixture.store, ["a@2", "b@2"]);
    assertEquals(fixture.apply("DELETED", stored("a", 6)), ["DELETED a@2"]);
    assertEquals(fixture.store, ["b@2"]);
    assertEquals(
      fixture.messages,
      [
        "a at resource version 3",
        "c at resource version 4",
        "a at resource version 5",
        "a at resource version 6",
      ]
        .map((object) => `Cannot store ${object}: transform failed: ${reason}`),
    );
  });
}

Deno.test("an object that could not be stored is ADDED once it can be", () => {
  let fails = true;
  const fixture = new Fixture((item) => {
    if (fails) throw new Error("not yet");
    return item;
  });
  fixture.replace(stored("a", 2));
  fails = false;
  assertEquals(fixture.apply("MODIFIED", stored("a", 3)), ["ADDED a@3"]);
});

for (
  const [what, object] of [
    ["no name", { kind: "Pod", metadata: { uid: "one" } }],
    ["no metadata", { kind: "Pod" }],
    ["nothing at all", null],
  ] as const
) {
  Deno.test(`an object with ${what} is reported and skipped`, () => {
    const fixture = new Fixture();
    const bad = untyped<Item>(object);
    assertEquals(fixture.replace(bad, stored("a", 2)), ["ADDED a@2"]);
    assertEquals(fixture.apply("ADDED", bad), []);
    assertEquals(fixture.apply("DELETED", bad), []);
    assertEquals(fixture.errors.length, 3);
    for (const error of fixture.errors) assertInstanceOf(error, TypeError);
  });
}

Deno.test("an object without a name is named by kind and uid", () => {
  const fixture = new Fixture();
  fixture.replace({ kind: "Pod", metadata: { uid: "one" } });
  assertEquals(fixture.messages, [
    "Cannot store the Pod with uid one: Cannot make a key for Pod: it has no metadata.name",
  ]);
});

Deno.test("collectEvent() keeps what is stored when the versions can be trusted, whatever the content", () => {
  const fixture = new Fixture();
  fixture.apply("ADDED", { ...stored("a", 2), value: 1 });
  const collected: Collected<Item> = new Map();
  fixture.cache.collectEvent(collected, added({ ...stored("a", 2), value: 2 }));
  fixture.cache.replace(collected);
  assertEquals(fixture.take(), []);
  assertEquals(fixture.objects[0]?.value, 1);
});

Deno.test("collectEvent() compares the contents when the versions cannot be trusted", () => {
  let transformed = 0;
  const fixture = new Fixture((item) => {
    transformed++;
    return item;
  });
  for (const name of ["same", "other", "deep"]) {
    fixture.apply("ADDED", { ...stored(name, 2), value: 1 });
  }
  const [same] = fixture.objects;
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const collected: Collected<Item> = new Map();
  for (
    const object of [
      { ...stored("same", 2), value: 1 },
      { ...stored("other", 2), value: 2 },
      { ...stored("deep", 2), value: untyped<number>(deep) },
    ]
  ) {
    fixture.cache.collectEvent(collected, added(object), { versions: false });
  }
  fixture.cache.replace(collected);
  assertEquals(fixture.take(), [
    "MODIFIED other@2",
    "MODIFIED deep@2",
  ]);
  assertStrictEquals(fixture.objects[0], same);
  assertEquals(transformed, 6);
});

for (
  const kind of [{ toString: 1 }, null, 5, ["Pod"], { constructor: null }]
) {
  Deno.test(`an object without a name and with ${JSON.stringify(kind)} as kind is reported`, () => {
    const fixture = new Fixture();
    const object = untyped<Item>({ kind, metadata: { uid: { toString: 1 } } });
    assertEquals(fixture.apply("ADDED", object), []);
    assertEquals(fixture.replace(object), []);
    assertEquals(fixture.messages.length, 2);
    assertEquals(
      fixture.messages[0]?.startsWith(
        "Cannot store the object with uid undefined: ",
      ),
      true,
    );
  });
}

Deno.test("collectEvent() takes an object for the same when a list has its fields in another order", () => {
  const fixture = new Fixture();
  const watched = { kind: "Pod", ...stored("a", 2), value: 1 };
  const { kind, ...rest } = watched;
  fixture.apply("ADDED", watched);
  fixture.take();
  const collected: Collected<Item> = new Map();
  fixture.cache.collectEvent(
    collected,
    { type: "ADDED", object: { ...rest, kind } },
    { versions: false },
  );
  fixture.cache.replace(collected);
  assertEquals(fixture.take(), []);
});
