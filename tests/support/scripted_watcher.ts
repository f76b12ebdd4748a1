/**
 * A `Watcher` that does nothing by itself: each call of `watch()` waits until
 * the test answers it, and each stream waits for events from the test. It can
 * simulate incorrect watchers: by default it ignores aborts, since no code may
 * rely on a watcher to handle them.
 *
 * @module
 */

import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";

/** The next item of a stream. */
export type Entry =
  | { readonly type: "event"; readonly event: WatchEvent }
  | { readonly type: "end" }
  | { readonly type: "break"; readonly error: unknown };

type Stream = ReadableStream<WatchEvent>;
type Controller = ReadableStreamDefaultController<WatchEvent>;

/** A call of `watch()`, and its answer. */
export class ScriptedCall {
  /** The options of the call, without the signal. */
  readonly options: WatchOptions;
  /** The signal of the call. */
  readonly signal: AbortSignal;
  /** `Date.now()` at the time of the call. */
  readonly at: number = Date.now();
  /** The reasons with which the stream was canceled. */
  readonly cancels: unknown[] = [];
  /** The events that have been sent and read. */
  readonly taken: Entry[] = [];
  /** How often an event has been requested. */
  pulls = 0;
  /** Called when an event is requested. */
  onPull: () => void = () => {};
  /** Called when the stream is canceled; its result is awaited. */
  onCancel: () => Promise<void> | void = () => {};

  readonly #answer = Promise.withResolvers<Stream>();
  readonly #entries: Entry[] = [];
  #controller: Controller | undefined;
  #opened = false;
  #stalled = false;
  #asked = false;

  constructor({ signal, ...options }: WatchOptions) {
    this.options = options;
    this.signal = signal ?? new AbortController().signal;
  }

  /** The result of `watch()`. */
  get answered(): Promise<Stream> {
    return this.#answer.promise;
  }

  /**
   * Answers with a stream of the events sent later. Must be called only once.
   */
  open(): this {
    if (this.#opened) return this;
    this.#opened = true;
    return this.answer(
      new ReadableStream<WatchEvent>({
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.pulls++;
          this.#asked = true;
          this.#advance();
          this.onPull();
        },
        cancel: (reason) => {
          this.#controller = undefined;
          this.cancels.push(reason);
          return this.onCancel();
        },
      }, { highWaterMark: 0 }),
    );
  }

  /** Answers with any value, even if it is not a stream. */
  answer(answer: Stream | null | undefined): this {
    this.#answer.resolve(untyped(answer));
    return this;
  }

  /** Answers with a failure. */
  fail(error: unknown): this {
    this.#answer.reject(error);
    return this;
  }

  /** Sends events, each when it is requested. */
  send(...events: WatchEvent[]): this {
    for (const event of events) this.#push({ type: "event", event });
    return this;
  }

  /** Ends the stream after the events sent so far. */
  end(): this {
    this.#push({ type: "end" });
    return this;
  }

  /** Breaks the stream after the events sent so far. */
  break(error: unknown): this {
    this.#push({ type: "break", error });
    return this;
  }

  /** Discards the events that have not been requested yet. */
  discard(): this {
    this.#entries.length = 0;
    return this;
  }

  /** Goes silent, like a dead connection. */
  stall(): this {
    this.#stalled = true;
    return this;
  }

  /**
   * Makes the stream error when the call is aborted, like a correct watcher.
   */
  heedAbort(): this {
    this.signal.addEventListener("abort", () => {
      this.#answer.reject(this.signal.reason);
      this.#controller?.error(this.signal.reason);
      this.#controller = undefined;
    }, { once: true });
    return this;
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#advance();
  }

  #advance(): void {
    const controller = this.#controller;
    if (controller === undefined || !this.#asked || this.#stalled) return;
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#asked = false;
    this.taken.push(entry);
    if (entry.type === "event") controller.enqueue(entry.event);
    else if (entry.type === "end") controller.close();
    else controller.error(entry.error);
  }
}

/** A watcher that records its calls and leaves the answers to the test. */
export class ScriptedWatcher implements Watcher {
  /** The calls so far. */
  readonly calls: ScriptedCall[] = [];
  readonly #called: (call: ScriptedCall, index: number) => void;

  /**
   * Creates a watcher.
   *
   * @param called Called within each call of `watch()`, which it may answer.
   *   `watch()` throws what it throws.
   */
  constructor(
    called: (call: ScriptedCall, index: number) => void = () => {},
  ) {
    this.#called = called;
  }

  /** Opens a watch when the test answers. */
  watch(options: WatchOptions): Promise<Stream> {
    const call = new ScriptedCall(options);
    const index = this.calls.push(call) - 1;
    this.#called(call, index);
    return call.answered;
  }

  /** Returns the n-th call, counted from 0, or backwards from -1. */
  call(index: number): ScriptedCall {
    const call = this.calls.at(index);
    if (call !== undefined) return call;
    throw new RangeError(
      `Cannot find call ${index}: watch() was called ${this.calls.length} times`,
    );
  }
}

/** A call of `list()`. */
export interface ScriptedList {
  /** The options of the call, without the signal. */
  readonly options: ListOptions;
  /** The signal of the call. */
  readonly signal: AbortSignal;
  /** `Date.now()` at the time of the call. */
  readonly at: number;
}

/** A scripted watcher that can also list. */
export class ScriptedListerWatcher extends ScriptedWatcher
  implements ListerWatcher {
  /** The calls of `list()` so far. */
  readonly lists: ScriptedList[] = [];
  readonly #listed: (list: ScriptedList, index: number) => unknown;

  /**
   * Creates a lister and watcher.
   *
   * @param called Called inside each call of `watch()`.
   * @param listed Called inside each call of `list()`; what it returns or
   *   throws, `list()` returns or throws.
   */
  constructor(
    called: (call: ScriptedCall, index: number) => void,
    listed: (list: ScriptedList, index: number) => unknown,
  ) {
    super(called);
    this.#listed = listed;
  }

  /** Returns what the test answers. */
  list({ signal, ...options }: ListOptions): Promise<KubernetesList> {
    const list: ScriptedList = {
      options,
      signal: signal ?? new AbortController().signal,
      at: Date.now(),
    };
    const index = this.lists.push(list) - 1;
    return untyped(this.#listed(list, index));
  }
}

/**
 * Returns a value with the wrong type, as untyped code may pass. This is the
 * only place where tests cast a value to a wrong type.
 */
export function untyped<V>(value: unknown): V {
  return value as V;
}

/** An ADDED event with a version. */
export function added(version: number | string): WatchEvent {
  return { type: "ADDED", object: objectAt(version) };
}

/** A bookmark with a version. */
export function bookmark(version: number | string): WatchEvent {
  return { type: "BOOKMARK", object: objectAt(version) };
}

function objectAt(version: number | string): KubernetesObject {
  return { metadata: { resourceVersion: String(version) } };
}
