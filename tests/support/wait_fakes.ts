/**
 * What the tests of waiting share: streams that are fed by hand, signals that
 * count their listeners, and a look at all of it at the moment of settling.
 *
 * `turn()` ends when no microtask is left, so that what has not happened by
 * then waits for something.
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

/** An event of an object with that name. */
export function event(type: ChangeEvent["type"], name: string): ChangeEvent {
  return { type, object: { metadata: { name } } };
}

/** A stream that the test feeds by hand and that reads nothing ahead. */
export class Feed<T extends KubernetesObject = KubernetesObject> {
  readonly events: ReadableStream<WatchEvent<T>>;
  /** What it was cancelled with, each time. */
  readonly cancels: unknown[] = [];
  /** How often it was asked for more than it had. */
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

/** How a call of a {@linkcode ScriptedServer} is answered. */
export type Answer<V> = () => V | Promise<V>;

/** A list with objects of these names. */
export function listOf(
  names: readonly string[],
  metadata: KubernetesList["metadata"] = { resourceVersion: "7" },
): KubernetesList {
  return { metadata, items: names.map((name) => ({ metadata: { name } })) };
}

/**
 * Gives its answers one after the other, whatever is asked, and keeps what it
 * was asked and when. A call that is one too many hangs.
 */
export class ScriptedServer implements ListerWatcher {
  readonly lists: ListOptions[] = [];
  readonly watches: WatchOptions[] = [];
  /** `Date.now()` at each call of `list()`. */
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

/** An answer that is a failure. */
export function failing(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

/** An abort controller that knows how many listeners its signal has. */
export class CountedAbort {
  readonly signal: AbortSignal;
  /** How often a listener was added, removed since or not. */
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

  /** How many listeners there are now. */
  get listeners(): number {
    const gone = ({ once }: { once: boolean }) => once && this.signal.aborted;
    return this.#listeners.values().filter((listener) => !gone(listener))
      .toArray().length;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }
}

/** A promise of another library: not one of the runtime's own class. */
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

/** What `look` sees at the first moment at which the promise has settled. */
export function atSettling<S>(
  promise: Promise<unknown>,
  look: () => S,
): Promise<S> {
  return promise.then(look, look);
}

/** Whether the promise waits for something. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settled = () => {
    pending = false;
  };
  promise.then(settled, settled);
  await turn();
  return pending;
}

/** Has `Math.random` give that number until disposed of. */
export function fixRandom(value: number): Disposable {
  const { random } = Math;
  Math.random = () => value;
  return {
    [Symbol.dispose]: () => {
      Math.random = random;
    },
  };
}

/** Keeps what is written to `console.error`, and it alone, until disposed of. */
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

/** Collects garbage, what only pending microtasks held included. */
export async function collectGarbage(): Promise<void> {
  await turn();
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") {
    throw new TypeError("Cannot collect garbage: the runtime has no gc");
  }
  gc();
}
