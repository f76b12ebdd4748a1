// `IndexedStore`, its view and its indexes.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { IndexedStore } from "../../cache/_indexed_store.ts";
import type { Indexers } from "../../cache/store.ts";
import type { KubernetesObject } from "../../api/types.ts";

function pod(name: string, app = "web"): KubernetesObject {
  return { metadata: { name, namespace: "default", labels: { app } } };
}

function byApp({ metadata }: KubernetesObject): string[] {
  return [metadata?.labels?.app ?? ""];
}

/** A store, and the errors of its index functions. */
class Fixture {
  readonly errors: unknown[] = [];
  readonly store: IndexedStore<KubernetesObject>;

  constructor(indexers: Indexers = {}) {
    this.store = new IndexedStore(
      indexers,
      (error) => void this.errors.push(error),
    );
  }

  get view() {
    return this.store.view;
  }

  put(...objects: KubernetesObject[]): void {
    this.store.change(objects.map((object) => [
      `default/${object.metadata?.name}`,
      { object, uid: undefined, version: undefined },
    ]));
  }

  drop(...names: string[]): void {
    this.store.change(names.map((name) => [`default/${name}`, undefined]));
  }

  found(index: string, value: string): string[] {
    return this.view.indexKeys(index, value).sort();
  }
}

for (const indexers of [{}, { app: byApp }]) {
  const what = Object.keys(indexers).join() || "nothing";
  Deno.test(`fill() puts all objects into a store that indexes ${what}`, () => {
    const { store, view } = new Fixture(indexers);
    const stored = { object: pod("a"), uid: "1", version: "5" };
    store.fill(new Map([["default/a", stored], ["default/b", stored]]));
    assertStrictEquals(store.get("default/a"), stored);
    assertEquals(view.size, 2);
    view.addIndexers({ later: byApp });
    for (const index of [...Object.keys(indexers), "later"]) {
      assertEquals(view.indexKeys(index, "web"), ["default/a", "default/b"]);
    }
    store.change([["default/a", undefined]]);
    assertEquals(view.listKeys(), ["default/b"]);
    assertEquals(view.indexKeys("later", "web"), ["default/b"]);
  });
}

Deno.test("change() adds, replaces and deletes objects", () => {
  const { store } = new Fixture();
  const first = { object: pod("a"), uid: "1", version: "5" };
  const second = { object: pod("a"), uid: "1", version: "6" };
  store.change([["default/a", first]]);
  assertStrictEquals(store.get("default/a"), first);
  store.change([["default/a", second], ["default/b", first]]);
  assertStrictEquals(store.get("default/a"), second);
  assertEquals(store.size, 2);
  store.change([["default/a", undefined], ["default/none", undefined]]);
  assertEquals(store.get("default/a"), undefined);
  assertEquals([...store.keys()], ["default/b"]);
  assertEquals([...store.entries()], [["default/b", first]]);
});

Deno.test("the view shows the objects in the store", () => {
  const fixture = new Fixture();
  const { view } = fixture;
  assertEquals(view.size, 0);
  assertEquals(view.list(), []);
  const [a, b] = [pod("a"), pod("b")];
  fixture.put(a, b);
  assertEquals(view.size, 2);
  assertEquals(view.list(), [a, b]);
  assertEquals([...view], [a, b]);
  assertEquals(view.listKeys(), ["default/a", "default/b"]);
  assertStrictEquals(view.get(pod("a", "other")), a);
  assertStrictEquals(view.getByKey("default/b"), b);
  assertEquals(view.get(pod("c")), undefined);
  assertEquals(view.getByKey("a"), undefined);
  assertThrows(() => view.get({}), TypeError);
});

Deno.test("the view returns copies, which do not affect the store", () => {
  const fixture = new Fixture({ app: byApp });
  fixture.put(pod("a"));
  fixture.view.list().length = 0;
  fixture.view.listKeys().length = 0;
  fixture.view.byIndex("app", "web").length = 0;
  fixture.view.indexKeys("app", "web").length = 0;
  fixture.view.listIndexFuncValues("app").length = 0;
  assertEquals(fixture.view.size, 1);
  assertEquals(fixture.found("app", "web"), ["default/a"]);
  assert(!("change" in fixture.view));
});

Deno.test("an index finds only the objects under a value", () => {
  const fixture = new Fixture({ app: byApp });
  const { view } = fixture;
  const [a, b, c] = [pod("a"), pod("b"), pod("c", "db")];
  fixture.put(a, b, c);
  assertEquals(view.byIndex("app", "web"), [a, b]);
  assertEquals(view.indexKeys("app", "db"), ["default/c"]);
  assertEquals(view.byIndex("app", "none"), []);
  assertEquals(view.listIndexFuncValues("app").sort(), ["db", "web"]);
  assertEquals(view.index("app", pod("elsewhere", "db")), [c]);
});

Deno.test("an index follows each change", () => {
  const fixture = new Fixture({ app: byApp });
  fixture.put(pod("a"), pod("b"));
  fixture.put(pod("a", "db"));
  assertEquals(fixture.found("app", "web"), ["default/b"]);
  assertEquals(fixture.found("app", "db"), ["default/a"]);
  fixture.drop("a", "b");
  assertEquals(fixture.view.listIndexFuncValues("app"), []);
});

Deno.test("index() returns an object that shares several values once", () => {
  const fixture = new Fixture({ both: () => ["x", "y", "x"] });
  const a = pod("a");
  fixture.put(a);
  assertEquals(fixture.view.index("both", pod("b")), [a]);
});

Deno.test("an index function is called once for each change, and for no deletion", () => {
  const calls: string[] = [];
  const fixture = new Fixture({
    spy: ({ metadata }) => {
      calls.push(metadata?.name ?? "");
      return ["x"];
    },
  });
  fixture.put(pod("a"), pod("b"));
  assertEquals(calls.splice(0), ["a", "b"]);
  fixture.put(pod("a"));
  assertEquals(calls.splice(0), ["a"]);
  fixture.drop("a");
  fixture.view.byIndex("spy", "x");
  fixture.view.list();
  assertEquals(calls, []);
});

for (const method of ["byIndex", "indexKeys"] as const) {
  Deno.test(`${method}() throws when there is no such index`, () => {
    const { view } = new Fixture({ app: byApp });
    assertThrows(() => view[method]("apps", "web"), RangeError, '"apps"');
    assertThrows(() => view[method]("apps", "web"), RangeError, '"app"');
  });
}

Deno.test("index() and listIndexFuncValues() throw when there is no such index", () => {
  const { view } = new Fixture();
  assertThrows(() => view.index("app", pod("a")), RangeError, '"app"');
  assertThrows(() => view.listIndexFuncValues("app"), RangeError, "no indexes");
});

Deno.test("addIndexers() indexes existing and later objects", () => {
  const fixture = new Fixture();
  fixture.put(pod("a"), pod("b", "db"));
  fixture.view.addIndexers({
    app: byApp,
    name: ({ metadata }) => [metadata?.name ?? ""],
  });
  assertEquals(fixture.found("app", "db"), ["default/b"]);
  fixture.put(pod("c", "db"), pod("a", "db"));
  assertEquals(fixture.found("app", "db"), [
    "default/a",
    "default/b",
    "default/c",
  ]);
  assertEquals(fixture.found("app", "web"), []);
  assertEquals(fixture.found("name", "c"), ["default/c"]);
});

Deno.test("addIndexers() adds nothing if an index exists already", () => {
  const fixture = new Fixture({ app: byApp });
  fixture.put(pod("a"));
  assertThrows(
    () => fixture.view.addIndexers({ fresh: () => ["x"], app: () => ["y"] }),
    TypeError,
    '"app"',
  );
  assertThrows(() => fixture.view.byIndex("fresh", "x"), RangeError);
  assertEquals(fixture.found("app", "web"), ["default/a"]);
  assertEquals(fixture.found("app", "y"), []);
});

Deno.test("an index function that throws costs only that index that object", () => {
  const cause = new Error("no label");
  const fixture = new Fixture({
    app: byApp,
    picky: ({ metadata }) => {
      if (metadata?.name === "bad") throw cause;
      return ["x"];
    },
  });
  fixture.put(pod("good"), pod("bad"));
  assertEquals(fixture.view.size, 2);
  assertEquals(fixture.found("picky", "x"), ["default/good"]);
  assertEquals(fixture.found("app", "web"), ["default/bad", "default/good"]);
  const [error] = fixture.errors;
  assertInstanceOf(error, Error);
  assertStrictEquals(error.cause, cause);
  assertEquals(
    error.message,
    'Cannot index default/bad: the index function "picky" threw: no label',
  );
});

Deno.test("an object whose index function throws is no longer found under its old values", () => {
  let fails = false;
  const fixture = new Fixture({
    app: (object) => {
      if (fails) throw new Error("no");
      return byApp(object);
    },
  });
  fixture.put(pod("a"));
  fails = true;
  fixture.put(pod("a"));
  assertEquals(fixture.view.listIndexFuncValues("app"), []);
});

Deno.test("addIndexers() reports each object that cannot be indexed, and indexes the others", () => {
  const fixture = new Fixture();
  fixture.put(pod("a"), pod("b"));
  fixture.view.addIndexers({
    picky: ({ metadata }) => {
      if (metadata?.name === "a") throw new Error("no");
      return ["x"];
    },
  });
  assertEquals(fixture.errors.length, 1);
  assertEquals(fixture.found("picky", "x"), ["default/b"]);
});

Deno.test("change() is never half visible to index functions or error callbacks", () => {
  const sizes: number[] = [];
  const store = new IndexedStore<KubernetesObject>({
    spy: () => {
      sizes.push(store.view.size);
      throw new Error("no");
    },
  }, () => sizes.push(store.view.size));
  const entry = { object: {}, uid: undefined, version: undefined };
  store.change([["a", entry], ["b", entry]]);
  assertEquals(sizes, [0, 0, 2, 2]);
});

Deno.test("values may be names of inherited properties", () => {
  const fixture = new Fixture({ app: byApp });
  fixture.put(pod("__proto__", "constructor"), pod("toString", "__proto__"));
  assertEquals(fixture.found("app", "constructor"), ["default/__proto__"]);
  assertEquals(fixture.found("app", "__proto__"), ["default/toString"]);
  assertEquals(fixture.view.byIndex("app", "valueOf"), []);
});
