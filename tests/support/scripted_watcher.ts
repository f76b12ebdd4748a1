/**
 * A `Watcher` that does nothing by itself: each call of `watch()` waits until
 * the test answers it, and each stream until the test says what comes next.
 * Whatever real watchers may do wrong it can be told to do: by default it
 * ignores every abort, since nothing may depend on a watcher that does not.
 *
 * @module
 */

import type {
  KubernetesObject,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";

/** What a stream brings next. */
export type Entry =
  | { readonly type: "event"; readonly event: WatchEvent }
  | { readonly type: "end" }
  | { readonly type: "break"; readonly error: unknown };

type Stream = ReadableStream<WatchEvent>;
type Controller = ReadableStreamDefaultController<WatchEvent>;

/** One call of `watch()`: how it was made, and its answer. */
export class ScriptedCall {
  /** The options given, without the signal. */
  readonly options: WatchOptions;
  /** The signal given. */
  readonly signal: AbortSignal;
  /** `Date.now()` at the call. */
  readonly at: number = Date.now();
  /** What the stream was cancelled with, each time. */
  readonly cancels: unknown[] = [];
  /** What was sent and has been taken. */
  readonly taken: Entry[] = [];
  /** How often an event was asked for. */
  pulls = 0;
  /** Runs when an event is asked for. */
  onPull: () => void = () => {};
  /** Runs when the stream is cancelled; what it returns is waited for. */
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

  /** What `watch()` returns. */
  get answered(): Promise<Stream> {
    return this.#answer.promise;
  }

  /** Answers with a stream that brings what is sent; once. */
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

  /** Answers with whatever is given, a stream or not. */
  answer(answer: Stream | null | undefined): this {
    this.#answer.resolve(untyped(answer));
    return this;
  }

  /** Answers with a failure. */
  fail(error: unknown): this {
    this.#answer.reject(error);
    return this;
  }

  /** Sends events, each when it is asked for. */
  send(...events: WatchEvent[]): this {
    for (const event of events) this.#push({ type: "event", event });
    return this;
  }

  /** Ends the stream after what was sent. */
  end(): this {
    this.#push({ type: "end" });
    return this;
  }

  /** Breaks the stream after what was sent. */
  break(error: unknown): this {
    this.#push({ type: "break", error });
    return this;
  }

  /** Forgets what was sent and not asked for yet. */
  discard(): this {
    this.#entries.length = 0;
    return this;
  }

  /** Goes silent, as a dead connection does: nothing comes any more. */
  stall(): this {
    this.#stalled = true;
    return this;
  }

  /** Has the stream error when the call is aborted, as well-behaved ones do. */
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
   * Makes a watcher.
   *
   * @param called Runs inside each call of `watch()`, perhaps to answer it;
   *   what it throws, `watch()` throws.
   */
  constructor(
    called: (call: ScriptedCall, index: number) => void = () => {},
  ) {
    this.#called = called;
  }

  /** Opens a watch, when the test says so. */
  watch(options: WatchOptions): Promise<Stream> {
    const call = new ScriptedCall(options);
    const index = this.calls.push(call) - 1;
    this.#called(call, index);
    return call.answered;
  }

  /** The n-th call, counted from 0 and backwards from -1. */
  call(index: number): ScriptedCall {
    const call = this.calls.at(index);
    if (call !== undefined) return call;
    throw new RangeError(
      `Cannot find call ${index}: watch() was called ${this.calls.length} times`,
    );
  }
}

/**
 * What code without types may give: the one place where a test claims that
 * something is what it is not.
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
