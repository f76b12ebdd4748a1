// `Lazy`: first each rule by hand, with gates where order matters, then two
// properties over random histories. `turn()` resolves when no microtask is
// left, so that what has not happened by then is waiting for something.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { Lazy } from "../../synctrack/lazy.ts";

/** A `Lazy` whose evaluations the test settles, in any order. */
class Gated {
  readonly evaluations: PromiseWithResolvers<string>[] = [];
  readonly lazy = new Lazy(() => {
    const evaluation = Promise.withResolvers<string>();
    this.evaluations.push(evaluation);
    return evaluation.promise;
  });

  /** How often it was evaluated. */
  get count(): number {
    return this.evaluations.length;
  }

  resolve(index: number, value: string): void {
    this.#at(index).resolve(value);
  }

  reject(index: number, error: Error): void {
    this.#at(index).reject(error);
  }

  #at(index: number): PromiseWithResolvers<string> {
    const evaluation = this.evaluations[index];
    assert(evaluation, `evaluation ${index} has not begun`);
    return evaluation;
  }
}

/** A promise-like that is not a `Promise`. */
class Thenable<T> implements PromiseLike<T> {
  readonly #promise: Promise<T>;

  constructor(promise: Promise<T>) {
    this.#promise = promise;
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.#promise.then(onValue, onError);
  }
}

/** The state of each promise, in words, once no microtask is left. */
async function outcomes(promises: Promise<string>[]): Promise<string[]> {
  const words = promises.map(() => "pending");
  promises.forEach((promise, index) =>
    promise.then(
      (value) => words[index] = value,
      (error: Error) => words[index] = `error ${error.message}`,
    )
  );
  await turn();
  return words;
}

Deno.test("Lazy evaluates nothing without a getter", async () => {
  const { lazy, evaluations } = new Gated();
  lazy.notify();
  lazy.notify();
  await turn();
  assertEquals(evaluations.length, 0);
});

Deno.test("Lazy.get() evaluates before it returns when it is the first", () => {
  const gated = new Gated();
  gated.lazy.get();
  assertEquals(gated.count, 1);
});

Deno.test("Lazy.get() calls evaluate with no this and no argument", async () => {
  const calls: unknown[] = [];
  const lazy = new Lazy(function (this: unknown, ...rest: unknown[]) {
    calls.push(this, rest);
  });
  await lazy.get();
  assertEquals(calls, [undefined, []]);
});

const values: { form: string; evaluate: () => unknown; value: unknown }[] = [
  { form: "a value", evaluate: () => "pods", value: "pods" },
  { form: "a promise", evaluate: () => Promise.resolve("pods"), value: "pods" },
  {
    form: "a thenable",
    evaluate: () => new Thenable(Promise.resolve("pods")),
    value: "pods",
  },
  { form: "undefined", evaluate: () => undefined, value: undefined },
  { form: "null", evaluate: () => null, value: null },
  { form: "zero", evaluate: () => 0, value: 0 },
  {
    form: "a promise of false",
    evaluate: async () => await false,
    value: false,
  },
];
for (const { form, evaluate, value } of values) {
  Deno.test(`Lazy.get() resolves and keeps the value when evaluate returns ${form}`, async () => {
    let count = 0;
    const lazy = new Lazy(() => {
      count++;
      return evaluate();
    });
    const first = lazy.get();
    assert(first instanceof Promise);
    assertStrictEquals(await first, value);
    assertStrictEquals(await lazy.get(), value);
    assertEquals(count, 1);
  });
}

const failures: { form: string; evaluate: (error: unknown) => unknown }[] = [
  {
    form: "throws",
    evaluate: (error) => {
      throw error;
    },
  },
  { form: "rejects", evaluate: (error) => Promise.reject(error) },
  {
    form: "returns a thenable that rejects",
    evaluate: (error) => new Thenable(Promise.reject(error)),
  },
  {
    form: "returns a thenable that throws",
    evaluate: (error) => ({
      then() {
        throw error;
      },
    }),
  },
];
for (const { form, evaluate } of failures) {
  Deno.test(`Lazy.get() rejects and keeps nothing when evaluate ${form}`, async () => {
    const error = new Error("no server");
    let count = 0;
    const lazy = new Lazy(() => count++ === 0 ? evaluate(error) : "pods");
    const first = lazy.get();
    assert(first instanceof Promise);
    assertStrictEquals(await assertRejects(() => first), error);
    assertStrictEquals(await lazy.get(), "pods");
    assertEquals(count, 2);
  });
}

Deno.test("Lazy.get() rejects with undefined when evaluate rejects with it", async () => {
  const lazy = new Lazy(() => Promise.reject(undefined));
  const settled = await Promise.allSettled([lazy.get(), lazy.get()]);
  const expected = { status: "rejected" as const, reason: undefined };
  assertEquals(settled, [expected, expected]);
});

Deno.test("Lazy.get() shares the evaluation and its result when one runs", async () => {
  const gated = new Gated();
  const getters = [gated.lazy.get(), gated.lazy.get()];
  await turn();
  getters.push(gated.lazy.get());
  assertEquals(gated.count, 1);
  gated.resolve(0, "pods");
  assertEquals(await outcomes(getters), ["pods", "pods", "pods"]);
  assertEquals(gated.count, 1);
});

Deno.test("Lazy.get() returns one promise while the value is kept", async () => {
  const lazy = new Lazy(() => "pods");
  await lazy.get();
  const kept = lazy.get();
  assertStrictEquals(lazy.get(), kept);
  await turn();
  assertStrictEquals(lazy.get(), kept);
  lazy.notify();
  assertNotStrictEquals(lazy.get(), kept);
});

Deno.test("Lazy.get() returns one promise while getters are still queued", async () => {
  const gated = new Gated();
  const getters = ["first", "second", "third"].map(() => gated.lazy.get());
  gated.resolve(0, "pods");
  await getters[0];
  const kept = gated.lazy.get();
  assertEquals(await outcomes(getters), ["pods", "pods", "pods"]);
  assertStrictEquals(gated.lazy.get(), kept);
});

Deno.test("Lazy.get() evaluates again itself when it waited on a failure", async () => {
  const gated = new Gated();
  const getters = ["first", "second", "third"].map(() => gated.lazy.get());
  gated.reject(0, new Error("one"));
  assertEquals(await outcomes(getters), ["error one", "pending", "pending"]);
  assertEquals(gated.count, 2);
  gated.reject(1, new Error("two"));
  assertEquals(await outcomes(getters), ["error one", "error two", "pending"]);
  assertEquals(gated.count, 3);
  gated.reject(2, new Error("three"));
  assertEquals(
    await outcomes(getters),
    ["error one", "error two", "error three"],
  );
  assertEquals(gated.count, 3);
});

Deno.test("Lazy.get() shares the second evaluation when the first failed", async () => {
  const gated = new Gated();
  const getters = ["first", "second", "third"].map(() => gated.lazy.get());
  gated.reject(0, new Error("one"));
  await turn();
  gated.resolve(1, "pods");
  assertEquals(await outcomes(getters), ["error one", "pods", "pods"]);
  assertEquals(await gated.lazy.get(), "pods");
  assertEquals(gated.count, 2);
});

Deno.test("Lazy.get() queues while a getter evaluates again", async () => {
  const gated = new Gated();
  const getters = [gated.lazy.get(), gated.lazy.get()];
  gated.reject(0, new Error("one"));
  await turn();
  getters.push(gated.lazy.get());
  assertEquals(gated.count, 2);
  gated.reject(1, new Error("two"));
  await turn();
  assertEquals(gated.count, 3);
  gated.resolve(2, "pods");
  assertEquals(await outcomes(getters), ["error one", "error two", "pods"]);
});

Deno.test("Lazy.get() evaluates before it returns when all before it failed", async () => {
  const gated = new Gated();
  const getters = [gated.lazy.get(), gated.lazy.get()];
  gated.reject(0, new Error("one"));
  await turn();
  gated.reject(1, new Error("two"));
  await outcomes(getters);
  gated.lazy.get();
  assertEquals(gated.count, 3);
});

Deno.test("Lazy.get() evaluates one at a time when it is called as an error arrives", async () => {
  let running = 0;
  let most = 0;
  let left = 5;
  const lazy = new Lazy(async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    if (left-- > 0) throw new Error("not yet");
    return "pods";
  });
  const again = (): Promise<string> => lazy.get().catch(again);
  assertEquals(await Promise.all([again(), again()]), ["pods", "pods"]);
  assertEquals(most, 1);
  assertEquals(left, -1);
});

Deno.test("Lazy.notify() makes the next get() evaluate when a value is kept", async () => {
  const gated = new Gated();
  gated.lazy.get();
  gated.resolve(0, "old");
  await turn();
  gated.lazy.notify();
  await turn();
  assertEquals(gated.count, 1);
  const getter = gated.lazy.get();
  assertEquals(gated.count, 2);
  gated.resolve(1, "new");
  assertEquals(await getter, "new");
  assertEquals(await gated.lazy.get(), "new");
  assertEquals(gated.count, 2);
});

for (const order of [[0, 1], [1, 0]]) {
  Deno.test(`Lazy.notify() keeps old and new apart when they settle in the order ${order}`, async () => {
    const gated = new Gated();
    const getters = [gated.lazy.get(), gated.lazy.get()];
    gated.lazy.notify();
    getters.push(gated.lazy.get(), gated.lazy.get());
    assertEquals(gated.count, 2);
    for (const index of order) {
      gated.resolve(index, ["old", "new"][index] ?? "none");
      await turn();
    }
    getters.push(gated.lazy.get());
    assertEquals(await outcomes(getters), ["old", "old", "new", "new", "new"]);
    assertEquals(gated.count, 2);
  });
}

Deno.test("Lazy.notify() discards the old result when no getter came before it settles", async () => {
  const gated = new Gated();
  const waiting = gated.lazy.get();
  gated.lazy.notify();
  gated.resolve(0, "old");
  assertEquals(await waiting, "old");
  const getter = gated.lazy.get();
  assertEquals(gated.count, 2);
  gated.resolve(1, "new");
  assertEquals(await getter, "new");
});

Deno.test("Lazy.notify() begins a new evaluation each time when it comes with a getter", async () => {
  const gated = new Gated();
  const getters: Promise<string>[] = [];
  for (const _round of [0, 1, 2]) {
    gated.lazy.notify();
    gated.lazy.notify();
    getters.push(gated.lazy.get(), gated.lazy.get());
  }
  assertEquals(gated.count, 3);
  for (const index of [1, 2, 0]) gated.resolve(index, `value ${index}`);
  getters.push(gated.lazy.get());
  assertEquals(await outcomes(getters), [
    ...["value 0", "value 0", "value 1", "value 1", "value 2", "value 2"],
    "value 2",
  ]);
  assertEquals(gated.count, 3);
});

Deno.test("Lazy.notify() leaves the old getters their own queue when the old evaluation fails", async () => {
  const gated = new Gated();
  const getters = ["first", "second", "third"].map(() => gated.lazy.get());
  gated.lazy.notify();
  getters.push(gated.lazy.get());
  gated.reject(0, new Error("old"));
  await turn();
  assertEquals(gated.count, 3);
  gated.resolve(1, "new");
  await turn();
  gated.resolve(2, "again");
  getters.push(gated.lazy.get());
  assertEquals(
    await outcomes(getters),
    ["error old", "again", "again", "new", "new"],
  );
  assertEquals(await gated.lazy.get(), "new");
  assertEquals(gated.count, 3);
});

Deno.test("Lazy.notify() keeps the new value when the old evaluation fails last", async () => {
  const gated = new Gated();
  const getters = [gated.lazy.get()];
  gated.lazy.notify();
  getters.push(gated.lazy.get());
  gated.resolve(1, "new");
  await turn();
  gated.reject(0, new Error("old"));
  assertEquals(await outcomes(getters), ["error old", "new"]);
  assertEquals(await gated.lazy.get(), "new");
  assertEquals(gated.count, 2);
});

Deno.test("Lazy.notify() frees new getters when the old evaluation hangs", async () => {
  const gated = new Gated();
  const getters = [gated.lazy.get()];
  gated.lazy.notify();
  getters.push(gated.lazy.get());
  gated.resolve(1, "new");
  assertEquals(await outcomes(getters), ["pending", "new"]);
});

Deno.test("Lazy.get() does not keep the value when evaluate calls notify()", async () => {
  let count = 0;
  const lazy: Lazy<number> = new Lazy(() => {
    if (++count === 1) lazy.notify();
    return count;
  });
  assertEquals(await lazy.get(), 1);
  assertEquals(await lazy.get(), 2);
  assertEquals(await lazy.get(), 2);
});

Deno.test("Lazy.get() shares the running evaluation when evaluate calls get()", async () => {
  let count = 0;
  const inner: Promise<string>[] = [];
  const lazy: Lazy<string> = new Lazy(() => {
    inner.push(lazy.get());
    return `value ${++count}`;
  });
  assertEquals(await lazy.get(), "value 1");
  assertEquals(await outcomes(inner), ["value 1"]);
});

Deno.test("Lazy.get() evaluates again when evaluate calls get() and throws", async () => {
  let count = 0;
  const inner: Promise<string>[] = [];
  const lazy: Lazy<string> = new Lazy(() => {
    if (++count > 1) return `value ${count}`;
    inner.push(lazy.get());
    throw new Error("one");
  });
  await assertRejects(() => lazy.get(), Error, "one");
  assertEquals(await outcomes(inner), ["value 2"]);
  assertEquals(await lazy.get(), "value 2");
});

Deno.test("Lazy.get() waits for a new evaluation when evaluate calls notify() and get()", async () => {
  let count = 0;
  const lazy: Lazy<string> = new Lazy(async () => {
    if (++count > 1) return "inner";
    lazy.notify();
    return `outer of ${await lazy.get()}`;
  });
  assertEquals(await lazy.get(), "outer of inner");
  assertEquals(await lazy.get(), "inner");
  assertEquals(count, 2);
});

Deno.test("Lazy.get() rejects when evaluate calls notify() and get() for ever", async () => {
  const lazy: Lazy<string> = new Lazy(() => {
    lazy.notify();
    return lazy.get();
  });
  await assertRejects(() => lazy.get(), RangeError);
});

Deno.test("Lazy.get() causes no unhandled rejection when it is not awaited", async () => {
  const reported: unknown[] = [];
  const report = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reported.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", report);
  try {
    const lazy = new Lazy(() => Promise.reject(new Error("no server")));
    for (const _getter of ["first", "second", "third"]) lazy.get();
    lazy.notify();
    lazy.get();
    await turn();
    await turn();
  } finally {
    globalThis.removeEventListener("unhandledrejection", report);
  }
  assertEquals(reported, []);
});

Deno.test("Lazy.get() serves 20,000 waiting getters", async () => {
  const gated = new Gated();
  const getters = Array.from({ length: 20_000 }, () => gated.lazy.get());
  gated.reject(0, new Error("one"));
  await turn();
  gated.resolve(1, "pods");
  const [first, ...others] = await outcomes(getters);
  assertEquals(first, "error one");
  assertEquals(new Set(others), new Set(["pods"]));
  assertEquals(gated.count, 2);
});

Deno.test("Lazy.get() evaluates for each when 20,000 getters wait and all fail", async () => {
  let count = 0;
  const lazy = new Lazy<string>(() => Promise.reject(new Error(`${++count}`)));
  const getters = Array.from({ length: 20_000 }, () => lazy.get());
  assertEquals(
    await outcomes(getters),
    getters.map((_getter, index) => `error ${index + 1}`),
  );
});

/** Collects garbage: what only a `WeakRef` refers to is gone afterwards. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  await turn();
  runInNewContext("gc")();
}

Deno.test("Lazy.notify() releases the value even without a new getter", async () => {
  const lazy = new Lazy(() => ({ items: [] }));
  const value = new WeakRef(await lazy.get());
  await collectGarbage();
  assert(value.deref(), "the value is not kept");
  lazy.notify();
  await collectGarbage();
  assertEquals(value.deref(), undefined);
});

Deno.test("Lazy releases errors while the queue never empties", async () => {
  const gates: PromiseWithResolvers<never>[] = [];
  const lazy = new Lazy(() => {
    const gate = Promise.withResolvers<never>();
    gates.push(gate);
    return gate.promise;
  });
  const errors: WeakRef<Error>[] = [];
  lazy.get();
  for (let round = 0; round < 10; round++) {
    lazy.get();
    const error = new Error("no server");
    errors.push(new WeakRef(error));
    gates.pop()?.reject(error);
    await turn();
  }
  assertEquals(gates.length, 1);
  await collectGarbage();
  const held = errors.slice(0, -1).filter((error) => error.deref());
  assertEquals(held.length, 0);
});

/** One round of the model: the queue of getters, and the value. */
interface ModelRound {
  value: string | undefined;
  line: number[];
}

/** A model of `Lazy` in plain data, without promises or time. */
class Model {
  readonly outcomes: string[] = [];
  /** For each running evaluation, its round. */
  readonly running = new Map<number, ModelRound>();
  evaluations = 0;
  #round: ModelRound = { value: undefined, line: [] };

  get(): void {
    const round = this.#round;
    this.outcomes.push(round.value ?? "pending");
    if (round.value !== undefined) return;
    round.line.push(this.outcomes.length - 1);
    if (round.line.length === 1) this.#evaluate(round);
  }

  notify(): void {
    this.#round = { value: undefined, line: [] };
  }

  settle(index: number, failed: boolean): void {
    const round = this.running.get(index);
    if (round === undefined) return;
    this.running.delete(index);
    if (failed) {
      const first = round.line.shift();
      if (first !== undefined) this.outcomes[first] = `error ${index}`;
      if (round.line.length > 0) this.#evaluate(round);
      return;
    }
    round.value = `value ${index}`;
    for (const getter of round.line) this.outcomes[getter] = round.value;
    round.line = [];
  }

  #evaluate(round: ModelRound): void {
    this.running.set(this.evaluations++, round);
  }
}

type Step =
  | { type: "get" }
  | { type: "notify" }
  | { type: "settle"; which: number; failed: boolean };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ type: "get" as const }) },
    { weight: 1, arbitrary: fc.constant({ type: "notify" as const }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("settle" as const),
        which: fc.nat(20),
        failed: fc.boolean(),
      }),
    },
  ),
  { maxLength: 40, size: "max" },
);

Deno.test("Lazy agrees with the model when steps are random", async () => {
  await fc.assert(fc.asyncProperty(steps, async (steps) => {
    const gated = new Gated();
    const model = new Model();
    const getters: Promise<string>[] = [];
    for (const step of steps) {
      if (step.type === "get") {
        model.get();
        getters.push(gated.lazy.get());
      } else if (step.type === "notify") {
        model.notify();
        gated.lazy.notify();
      } else {
        const indexes = [...model.running.keys()];
        const index = indexes[step.which % indexes.length];
        if (index === undefined) continue;
        model.settle(index, step.failed);
        if (step.failed) gated.reject(index, new Error(`${index}`));
        else gated.resolve(index, `value ${index}`);
      }
      assertEquals(await outcomes(getters), model.outcomes);
      assertEquals(gated.count, model.evaluations);
    }
  }));
});

/**
 * What an evaluation does: returns a value or fails, at once or at its gate.
 */
const forms = fc.array(
  fc.constantFrom("value", "promise", "throw", "reject", "gate"),
  { maxLength: 40, size: "max" },
);

/**
 * A `Lazy` whose value is the number of notifications before its evaluation.
 */
class Counting {
  readonly gates: PromiseWithResolvers<void>[] = [];
  count = 0;
  #notified = 0;
  readonly #forms: readonly string[];
  readonly #lazy = new Lazy<number>(() => this.#evaluate());

  constructor(forms: readonly string[]) {
    this.#forms = forms;
  }

  notify(): void {
    this.#notified++;
    this.#lazy.notify();
  }

  /** Gets the value, and returns what is wrong with it, or its error. */
  async get(): Promise<unknown> {
    const atLeast = this.#notified;
    try {
      const value = await this.#lazy.get();
      return value < atLeast ? `${value}, asked after ${atLeast}` : undefined;
    } catch (error) {
      return error;
    }
  }

  #evaluate(): number | Promise<number> {
    const value = this.#notified;
    const form = this.#forms[this.count++];
    if (form === "throw") throw new RangeError("throws");
    if (form === "reject") return Promise.reject(new RangeError("rejects"));
    if (form === "promise") return Promise.resolve(value);
    if (form !== "gate") return value;
    const gate = Promise.withResolvers<void>();
    this.gates.push(gate);
    return gate.promise.then(() => value);
  }
}

Deno.test("Lazy.get() returns nothing from before the last notify() when steps come in bursts", async () => {
  await fc.assert(fc.asyncProperty(steps, forms, async (steps, forms) => {
    const counting = new Counting(forms);
    const getters: Promise<unknown>[] = [];
    for (const step of steps) {
      if (step.type === "get") getters.push(counting.get());
      else if (step.type === "notify") counting.notify();
      else if (step.failed) await turn();
      else counting.gates[step.which]?.resolve();
    }
    await turn();
    for (const gate of counting.gates) {
      gate.resolve();
      await turn();
    }
    const errors = (await Promise.all(getters)).filter((error) =>
      error !== undefined
    );
    for (const error of errors) assertInstanceOf(error, RangeError);
    // Each evaluation belongs to another getter, and each failure to its own.
    assert(counting.count <= getters.length);
    const failed = forms.slice(0, counting.count).filter((form) =>
      form === "throw" || form === "reject"
    );
    assertEquals(errors.length, failed.length);
  }));
});
