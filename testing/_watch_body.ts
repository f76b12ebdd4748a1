/**
 * The body of the response to a watch: a byte stream, which supports BYOB
 * readers, or a default stream, since runtimes differ; in whole lines, or split
 * at any byte, as networks do.
 *
 * @module
 */

import type { Entry } from "./_event_queue.ts";
import type { BodyKind } from "./server_behavior.ts";

/** Options for {@linkcode watchBody}. */
export interface WatchBodyOptions {
  /** Returns the next bytes. */
  readonly next: () => Promise<Entry<Uint8Array>>;
  /** Called once, when the body ends, errors or is canceled. */
  readonly onClosed: () => void;
  /** The kind of stream. */
  readonly kind: BodyKind;
  /** The maximum number of bytes in a chunk. */
  readonly chunkSize: number;
  /** Errors the body with its reason. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates a body.
 *
 * @param options The source and form of the body.
 * @returns The body, which buffers nothing.
 */
export function watchBody(
  options: WatchBodyOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = new WatchBody(options);
  return options.kind === "bytes"
    ? new ReadableStream({
      type: "bytes",
      start: (controller) => source.start(controller),
      pull: (controller) => source.pullBytes(controller),
      cancel: () => source.finish(),
    })
    : new ReadableStream({
      start: (controller) => source.start(controller),
      pull: (controller) => source.pull(controller),
      cancel: () => source.finish(),
    }, { highWaterMark: 0 });
}

interface Controller {
  close(): void;
  error(reason: unknown): void;
}

class WatchBody {
  readonly #options: WatchBodyOptions;
  readonly #onAbort: () => void;
  #rest: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  #finished = false;
  #ended = false;
  #controller: Controller | undefined;

  constructor(options: WatchBodyOptions) {
    this.#options = options;
    this.#onAbort = () => {
      this.finish();
      this.#controller?.error(options.signal?.reason);
    };
  }

  start(controller: Controller): void {
    this.#controller = controller;
    this.#options.signal?.addEventListener("abort", this.#onAbort, {
      once: true,
    });
  }

  finish(): void {
    this.#finished = true;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#options.onClosed();
  }

  async pull(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    if (await this.#filled()) {
      controller.enqueue(this.#take(this.#options.chunkSize));
    }
  }

  async pullBytes(controller: ReadableByteStreamController): Promise<void> {
    const filled = await this.#filled();
    const request = controller.byobRequest;
    const view = request?.view;
    if (!filled) {
      // Closing the stream does not complete a pending BYOB read.
      if (this.#ended) request?.respond(0);
      return;
    }
    if (!request || !view) {
      controller.enqueue(this.#take(this.#options.chunkSize));
      return;
    }
    const piece = this.#take(
      Math.min(this.#options.chunkSize, view.byteLength),
    );
    new Uint8Array(view.buffer, view.byteOffset).set(piece);
    request.respond(piece.byteLength);
  }

  /** Waits for bytes; resolves to false if the body has finished. */
  async #filled(): Promise<boolean> {
    if (this.#rest.byteLength > 0) return true;
    const entry = await this.#options.next();
    if (this.#finished) return false;
    if (entry.type === "event") {
      this.#rest = entry.event;
      return true;
    }
    this.finish();
    if (entry.type === "break") this.#controller?.error(entry.error);
    else {
      this.#ended = true;
      this.#controller?.close();
    }
    return false;
  }

  #take(most: number): Uint8Array<ArrayBuffer> {
    const piece = this.#rest.slice(0, most);
    this.#rest = this.#rest.subarray(piece.byteLength);
    return piece;
  }
}
