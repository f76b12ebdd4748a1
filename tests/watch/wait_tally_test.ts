// Which objects meet a condition now, in any order of events.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { WaitTally } from "../../watch/_wait_tally.ts";
import { matches } from "../../conditions/combinators.ts";
import type { Condition } from "../../conditions/condition.ts";
import { isDeleted } from "../../conditions/metadata_conditions.ts";
import { metaNamespaceKey } from "../../api/meta_namespace_key.ts";
import type { Store } from "../../cache/store.ts";
import type { ChangeEvent, KubernetesObject } from "../../api/types.ts";

interface Item extends KubernetesObject {
  value: number;
}

/** A cache that the test writes, and the events that it has not read yet. */
class FakeCache implements Store<Item> {
  readonly #objects = new Map<string, Item>();
  readonly events: ChangeEvent<Item>[] = [];
  #uids = 0;

  get size(): number {
    return this.#objects.size;
  }

  list(): Item[] {
    return [...this.#objects.values()];
  }

  listKeys(): string[] {
    return [...this.#objects.keys()];
  }

  get(object: Item): Item | undefined {
    return this.getByKey(metaNamespaceKey(object));
  }

  getByKey(key: string): Item | undefined {
    return this.#objects.get(key);
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#objects.values();
  }

  /** Adds an object, or gives the one that is there another value. */
  put(name: string, value: number): this {
    const old = this.#objects.get(name);
    const uid = old?.metadata?.uid ?? String(++this.#uids);
    const object: Item = { metadata: { name, uid }, value };
    this.#objects.set(name, object);
    this.events.push({ type: old ? "MODIFIED" : "ADDED", object });
    return this;
  }

  /** Takes an object away, with its last value. */
  remove(name: string, value?: number): this {
    const old = this.#objects.get(name);
    if (old === undefined) return this;
    this.#objects.delete(name);
    const object = { ...old, value: value ?? old.value };
    this.events.push({ type: "DELETED", object });
    return this;
  }

  /** Lets a tally read that many events. */
  read(tally: WaitTally<Item>, count = this.events.length): boolean[] {
    return this.events.splice(0, count).map((event) => tally.changed(event));
  }
}

const isEven: Condition<Item> = matches(
  (item) => item !== undefined && item.value % 2 === 0,
  (item) => item === undefined ? "not there" : `${item.value} is odd`,
);
const isGone: Condition<Item> = isDeleted();
const anything = () => true;

function tallyOf(
  cache: FakeCache,
  condition: Condition<Item>,
  count: number | "all",
  isSelected: (item: Item) => boolean = anything,
): WaitTally<Item> {
  const tally = new WaitTally(cache, { condition, count, isSelected });
  cache.events.length = 0;
  return tally;
}

const values = (tally: WaitTally<Item>) =>
  tally.objects().map(({ metadata, value }) => `${metadata?.name}${value}`);

Deno.test("WaitTally counts what meets the condition at the same time", () => {
  const cache = new FakeCache().put("a", 2).put("b", 1);
  const tally = tallyOf(cache, isEven, 2);
  assertEquals([tally.met, tally.total, tally.isEnough()], [1, 2, false]);
  assertEquals(tally.unmet().map(({ why }) => why), ["1 is odd"]);
  // One comes, and the other goes: there are never two.
  cache.put("a", 3).put("b", 4).read(tally);
  assertEquals([tally.met, tally.isEnough()], [1, false]);
  cache.put("a", 6).read(tally);
  assertEquals(tally.isEnough(), true);
  assertEquals(values(tally), ["a6", "b4"]);
});

Deno.test("WaitTally does not believe an event that the cache is ahead of", () => {
  const cache = new FakeCache().put("a", 1).put("b", 1);
  const tally = tallyOf(cache, isEven, 2);
  cache.put("a", 2).put("b", 2).put("a", 3);
  // The second event makes two of what was seen; a is odd again by now.
  assertEquals(cache.read(tally, 2), [true, true]);
  assertEquals(tally.isEnough(), false);
  assertEquals(tally.unmet()[0]?.why, "3 is odd");
});

Deno.test("WaitTally looks at all of the cache before it is satisfied", () => {
  const cache = new FakeCache().put("a", 2).put("b", 1);
  const tally = tallyOf(cache, isEven, "all");
  cache.put("b", 2).put("a", 1).put("c", 1);
  // Only b's event has been read.
  cache.read(tally, 1);
  assertEquals(tally.isEnough(), false);
  assertEquals([tally.met, tally.total], [1, 3]);
});

Deno.test("WaitTally judges each state once", () => {
  let asked = 0;
  let explained = 0;
  const condition = matches<Item>(
    (item) => {
      if (item !== undefined) asked++;
      return false;
    },
    () => {
      explained++;
      return "no";
    },
  );
  const cache = new FakeCache().put("a", 1).put("b", 1);
  const tally = new WaitTally(cache, {
    condition,
    count: 1,
    isSelected: anything,
  });
  // The events that repeat what the first list has shown.
  assertEquals(cache.read(tally), [false, false]);
  assertEquals(asked, 2);
  tally.unmet();
  tally.unmet();
  assertEquals(explained, 2);
});

Deno.test("WaitTally wants at least one for all", () => {
  const cache = new FakeCache();
  const tally = tallyOf(cache, isEven, "all");
  assertEquals(tally.isEnough(), false);
  cache.put("a", 2).read(tally);
  assertEquals(tally.isEnough(), true);
});

Deno.test("WaitTally forgets what is gone", () => {
  const cache = new FakeCache().put("a", 1).put("b", 2);
  const tally = tallyOf(cache, isEven, "all");
  assertEquals(tally.isEnough(), false);
  assertEquals(cache.remove("a").read(tally), [true]);
  assertEquals([tally.total, tally.isEnough()], [1, true]);
});

Deno.test("WaitTally sees only what is selected", () => {
  const cache = new FakeCache().put("a", 2).put("b", 2);
  const tally = tallyOf(
    cache,
    isEven,
    "all",
    ({ metadata }) => metadata?.name !== "b",
  );
  cache.put("b", 3).put("bb", 3).put("b", 5).read(tally, 1);
  assertEquals(tally.total, 1);
  cache.remove("b").read(tally);
  assertEquals([tally.total, tally.isEnough()], [2, false]);
});

Deno.test("WaitTally follows what was there in the beginning until it is gone", () => {
  const cache = new FakeCache().put("a", 1).put("b", 1);
  const tally = tallyOf(cache, isGone, "all");
  assertEquals(
    tally.unmet().map(({ why }) => why),
    ["there, not being deleted", "there, not being deleted"],
  );
  cache.put("c", 1).read(tally);
  assertEquals(tally.total, 2);
  cache.remove("a", 7).read(tally);
  assertEquals([tally.met, tally.isEnough()], [1, false]);
  cache.put("b", 2).remove("b").read(tally);
  assertEquals([tally.met, tally.isEnough()], [2, true]);
  // As they were seen last: a as the deletion reported it.
  assertEquals(values(tally), ["a7", "b2"]);
});

Deno.test("WaitTally takes one that comes back under its name for another", () => {
  const cache = new FakeCache().put("a", 1);
  const tally = tallyOf(cache, isGone, 1);
  cache.remove("a").put("a", 2);
  assertEquals(cache.read(tally, 1), [true]);
  assertEquals(tally.isEnough(), true);
  assertEquals(values(tally), ["a1"]);
  assertEquals(cache.read(tally), [false]);
  assertEquals(values(tally), ["a1"]);
});

Deno.test("WaitTally has nothing to wait for where nothing was there to go", () => {
  for (const count of [1, 3, "all"] as const) {
    const tally = tallyOf(new FakeCache(), isGone, count);
    assertEquals([tally.isEnough(), tally.objects()], [true, []]);
  }
  const few = tallyOf(new FakeCache().put("a", 1), isGone, 3);
  assertEquals(few.isEnough(), false);
});

/** Throws for 0, and is met by 7. */
const isSeven: Condition<Item> = matches((item) => {
  if (item?.value === 0) throw new Error("failed\nfor good");
  return item?.value === 7;
});

Deno.test("WaitTally of all lets through what the condition throws, now or later", () => {
  const bad = new FakeCache().put("a", 0);
  assertThrows(() => tallyOf(bad, isSeven, "all"), Error, "failed");
  const cache = new FakeCache().put("a", 1);
  const tally = tallyOf(cache, isSeven, "all");
  cache.put("a", 0);
  assertThrows(() => cache.read(tally), Error, "failed");
});

Deno.test("WaitTally of a number counts an object that the condition throws for as not met", () => {
  const cache = new FakeCache().put("a", 0).put("b", 1);
  const tally = tallyOf(cache, isSeven, 1);
  assertEquals([tally.isEnough(), tally.met, tally.total], [false, 0, 2]);
  assertEquals(tally.unmet()[0]?.why, "failed for good");
  cache.put("b", 7);
  cache.read(tally);
  assertEquals(tally.isEnough(), true);
  assertEquals(tally.objects().map(({ value }) => value), [7]);
});

Deno.test("WaitTally of a number throws when the condition has thrown for each object", () => {
  const cache = new FakeCache().put("a", 0).put("b", 1);
  const tally = tallyOf(cache, isSeven, 1);
  assertEquals(tally.isEnough(), false);
  cache.put("b", 0);
  cache.read(tally);
  assertThrows(() => tally.isEnough(), Error, "failed");
});

Deno.test("WaitTally of a number goes on while an object is met, or there is none", () => {
  const cache = new FakeCache().put("a", 0).put("b", 7);
  const tally = tallyOf(cache, isSeven, 2);
  assertEquals(tally.isEnough(), false);
  cache.remove("b").remove("a");
  cache.read(tally);
  assertEquals([tally.isEnough(), tally.total], [false, 0]);
});

Deno.test("WaitTally of a number looks at objects whose events are still unread before it throws", () => {
  const cache = new FakeCache().put("a", 1);
  const tally = tallyOf(cache, isSeven, 1);
  cache.put("a", 0).put("b", 1);
  cache.read(tally, 2);
  assertEquals(tally.isEnough(), false);
  const other = new FakeCache().put("a", 1);
  const late = tallyOf(other, isSeven, 1);
  other.put("a", 0).put("a", 7);
  other.read(late, 2);
  assertEquals(late.isEnough(), true);
});

Deno.test("WaitTally of a number judges an object anew in each state that the condition threw for", () => {
  const cache = new FakeCache().put("a", 0).put("b", 1);
  const tally = tallyOf(cache, isSeven, 1);
  cache.put("a", 1);
  cache.read(tally);
  assertEquals(tally.unmet()[0]?.why, "not met");
  cache.put("b", 0);
  cache.read(tally);
  assertEquals(tally.isEnough(), false);
  cache.put("a", 7);
  cache.read(tally);
  assertEquals(tally.isEnough(), true);
});

Deno.test("WaitTally of objects that go away throws when the condition has thrown for each that is left", () => {
  const failsAtZero = matches<Item>((item) => {
    if (item?.value === 0) throw new Error("stuck");
    return item === undefined;
  });
  const cache = new FakeCache().put("a", 1).put("b", 0);
  const tally = tallyOf(cache, failsAtZero, 2);
  assertEquals(tally.isEnough(), false);
  cache.remove("a");
  cache.read(tally);
  assertThrows(() => tally.isEnough(), Error, "stuck");
  cache.remove("b");
  cache.read(tally);
  assertEquals(tally.isEnough(), true);
});

Deno.test("WaitTally explains with what a condition throws for want of an object", () => {
  const condition = Object.assign(() => false, {
    explain: (): string => {
      throw new TypeError("two\nlines");
    },
  });
  const tally = tallyOf(new FakeCache().put("a", 1), condition, 1);
  assertEquals(tally.unmet()[0]?.why, "two lines");
});

const NAMES = ["a", "b", "c"];
const STEPS = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant("put" as const),
      name: fc.constantFrom(...NAMES),
      value: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({
      type: fc.constant("remove" as const),
      name: fc.constantFrom(...NAMES),
    }),
    fc.record({
      type: fc.constant("read" as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  { maxLength: 40 },
);
const COUNTS = fc.constantFrom<(number | "all")[]>(1, 2, 3, "all");
type Step = (typeof STEPS) extends fc.Arbitrary<(infer S)[]> ? S : never;

function perform(cache: FakeCache, tally: WaitTally<Item>, step: Step): void {
  if (step.type === "put") cache.put(step.name, step.value);
  else if (step.type === "remove") cache.remove(step.name);
  else cache.read(tally, step.count);
}

Deno.test("WaitTally is satisfied by what is there, and only by that, after any changes", () => {
  fc.assert(
    fc.property(STEPS, STEPS, COUNTS, (first, steps, count) => {
      const cache = new FakeCache();
      const earlier = tallyOf(cache, isEven, "all");
      for (const step of first) perform(cache, earlier, step);
      const tally = tallyOf(cache, isEven, count);
      const enough = () => {
        const met = cache.list().filter((item) => isEven(item)).length;
        return count === "all" ? met > 0 && met === cache.size : met >= count;
      };
      for (const step of steps) {
        perform(cache, tally, step);
        if (tally.isEnough()) {
          assertEquals(enough(), true);
          assertEquals(
            tally.objects().toSorted((a, b) => compare(a, b)),
            cache.list().filter((item) => isEven(item))
              .toSorted((a, b) => compare(a, b)),
          );
        }
      }
      cache.read(tally);
      assertEquals(tally.isEnough(), enough());
      assertEquals(tally.total, cache.size);
    }),
    { numRuns: 500 },
  );
});

function compare(a: Item, b: Item): number {
  return metaNamespaceKey(a) < metaNamespaceKey(b) ? -1 : 1;
}

Deno.test("WaitTally is satisfied when those of the beginning are gone, after any changes", () => {
  fc.assert(
    fc.property(STEPS, STEPS, COUNTS, (first, steps, count) => {
      const cache = new FakeCache();
      const earlier = tallyOf(cache, isEven, "all");
      for (const step of first) perform(cache, earlier, step);
      const uids = cache.list().map(({ metadata }) => metadata?.uid);
      const tally = tallyOf(cache, isGone, count);
      const wanted = count === "all"
        ? uids.length
        : Math.min(count, uids.length);
      const enough = () => {
        const left = cache.list().filter(({ metadata }) =>
          uids.includes(metadata?.uid)
        );
        return uids.length - left.length >= wanted;
      };
      for (const step of steps) {
        perform(cache, tally, step);
        if (tally.isEnough()) assertEquals(enough(), true);
      }
      cache.read(tally);
      assertEquals(tally.isEnough(), enough());
      assertEquals(tally.total, uids.length);
    }),
    { numRuns: 500 },
  );
});
