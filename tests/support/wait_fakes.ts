/**
 * Helpers for tests of waits: streams fed by the test, signals that count their
 * listeners, and a snapshot of them at the moment of settling.
 *
 * `turn()` ends when no microtask is left: what has not happened by then is
 * waiting for something.
 *
 * @module
 */

import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../../mod.ts";

export { turn };

/** An event of an object with a name. */
export function event(type: ChangeEvent["type"], name: string): ChangeEvent {
  return { type, object: { metadata: { name } } };
}

/** A stream that the test feeds, without buffering. */
export class Feed<T extends KubernetesObject = KubernetesObject> {
  readonly events: ReadableStream<WatchEvent<T>>;
  /** The reasons with which it was canceled. */
  readonly cancels: unknown[] = [];
  /** How often more was requested than available. */
  pulls = 0;
  #controller: ReadableStreamDefaultController<WatchEvent<T>> | undefined;

  constructor(onCancel?: () => void | PromiseLike<void>) {
    this.events = new ReadableStream<WatchEvent<T>>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.pulls++;
      },
      cancel: (reason) => {
        this.cancels.push(reason);
        return onCancel?.();
      },
    }, { highWaterMark: 0 });
  }

  send(...events: WatchEvent<T>[]): this {
    for (const event of events) this.#controller?.enqueue(event);
    return this;
  }

  end(): this {
    this.#controller?.close();
    return this;
  }

  fail(error: unknown): this {
    this.#controller?.error(error);
    return this;
  }
}

/** The answer to a call of a {@linkcode ScriptedServer}. */
export type Answer<V> = () => V | Promise<V>;

/** A list of objects with the given names. */
export function listOf(
  names: readonly string[],
  metadata: KubernetesList["metadata"] = { resourceVersion: "7" },
): KubernetesList {
  return { metadata, items: names.map((name) => ({ metadata: { name } })) };
}

/**
 * Gives its answers in order, regardless of the request, and records the calls
 * with their times. A call without an answer hangs.
 */
export class ScriptedServer implements ListerWatcher {
  readonly lists: ListOptions[] = [];
  readonly watches: WatchOptions[] = [];
  /** `Date.now()` at the time of each call of `list()`. */
  readonly listedAt: number[] = [];
  readonly #lists: Answer<KubernetesList>[];
  readonly #watches: Answer<ReadableStream<WatchEvent>>[];

  constructor(answers: {
    lists?: Answer<KubernetesList>[];
    watches?: Answer<ReadableStream<WatchEvent>>[];
  }) {
    this.#lists = [...answers.lists ?? []];
    this.#watches = [...answers.watches ?? []];
  }

  /** Not `async`, so that an answer that throws makes the call throw. */
  list(options: ListOptions): Promise<KubernetesList> {
    this.lists.push(options);
    this.listedAt.push(Date.now());
    const answer = this.#lists.shift();
    return answer ? Promise.resolve(answer()) : new Promise(() => {});
  }

  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent>> {
    this.watches.push(options);
    const answer = this.#watches.shift();
    return answer ? Promise.resolve(answer()) : new Promise(() => {});
  }
}

/** An answer that fails. */
export function failing(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

/** An abort controller that counts the listeners of its signal. */
export class CountedAbort {
  readonly signal: AbortSignal;
  /** How often a listener has been added, including those removed since. */
  added = 0;
  readonly #controller = new AbortController();
  readonly #listeners = new Map<unknown, { once: boolean }>();

  constructor() {
    this.signal = this.#controller.signal;
    const add = this.signal.addEventListener.bind(this.signal);
    const remove = this.signal.removeEventListener.bind(this.signal);
    Object.assign(this.signal, {
      addEventListener: (
        type: string,
        listener: EventListenerOrEventListenerObject,
        options?: AddEventListenerOptions,
      ) => {
        this.added++;
        this.#listeners.set(listener, { once: options?.once ?? false });
        add(type, listener, options);
      },
      removeEventListener: (
        type: string,
        listener: EventListenerOrEventListenerObject,
      ) => {
        this.#listeners.delete(listener);
        remove(type, listener);
      },
    });
  }

  /** The current number of listeners. */
  get listeners(): number {
    const gone = ({ once }: { once: boolean }) => once && this.signal.aborted;
    return this.#listeners.values().filter((listener) => !gone(listener))
      .toArray().length;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }
}

/** A promise of another library, which is not an instance of `Promise`. */
export class ForeignPromise<V> implements Promise<V> {
  readonly [Symbol.toStringTag] = "ForeignPromise";
  readonly #promise: Promise<V>;

  constructor(promise: Promise<V>) {
    this.#promise = promise;
  }

  then<A = V, B = never>(
    onValue?: ((value: V) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onValue, onError);
  }

  catch<B = never>(
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<V | B> {
    return this.#promise.catch(onError);
  }

  finally(onSettled?: (() => void) | null): Promise<V> {
    return this.#promise.finally(onSettled);
  }
}

/** Returns the result of `look` as soon as the promise has settled. */
export function atSettling<S>(
  promise: Promise<unknown>,
  look: () => S,
): Promise<S> {
  return promise.then(look, look);
}

/** Returns whether a promise is pending. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settled = () => {
    pending = false;
  };
  promise.then(settled, settled);
  await turn();
  return pending;
}

/** Makes `Math.random` return a number until disposed. */
export function fixRandom(value: number): Disposable {
  const { random } = Math;
  Math.random = () => value;
  return {
    [Symbol.dispose]: () => {
      Math.random = random;
    },
  };
}

/** Captures what is written to `console.error` until disposed. */
export function captureConsole(): Disposable & { written: unknown[][] } {
  const target = globalThis.console;
  const { error } = target;
  const written: unknown[][] = [];
  target.error = (...line: unknown[]) => {
    written.push(line);
  };
  return {
    written,
    [Symbol.dispose]: () => {
      target.error = error;
    },
  };
}

/** Collects garbage, including what only pending microtasks reference. */
export async function collectGarbage(): Promise<void> {
  await turn();
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") {
    throw new TypeError("Cannot collect garbage: gc() is not available");
  }
  gc();
}
