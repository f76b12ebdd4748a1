/**
 * The stream of a watcher's events, and the position of its consumer.
 *
 * The stream pulls, and one pull takes one event, so the position is that of
 * what the consumer has read, never of what was read ahead. What a read that
 * was cancelled would have got is held for the next one, and an event that
 * waits in the stream, unread, does not count yet.
 *
 * The position never moves back. An older version than the last one is not what
 * to continue from: everything since then would be delivered again.
 *
 * @module
 */

import { pullStream } from "../internal/pull_stream.ts";
import { isOlderVersion } from "../cache/_server_version.ts";
import { statusOf } from "../api/_untrusted.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";

/** An event and its version. */
interface Positioned<T extends KubernetesObject> {
  readonly event: WatchEvent<T>;
  readonly version: string;
}

/** What a {@linkcode PositionedStream} calls. */
export interface PositionedStreamSource {
  /** Called when a read is pending that nothing held can answer. */
  pull: () => void;
  /** Called when the consumer cancels the stream. */
  cancel: (reason: unknown) => void;
}

/** A stream that knows how far it has been read. */
export class PositionedStream<T extends KubernetesObject> {
  /** The consumer's end. */
  readonly events: ReadableStream<WatchEvent<T>>;
  readonly #controller: ReadableStreamDefaultController<WatchEvent<T>>;
  /** The position after the last event that was enqueued. */
  #position: string;
  /** The position before that event, while it may still be unread. */
  #positionBeforeUntaken: string | undefined;
  /** An event whose read was cancelled: kept for the next read. */
  #held: Positioned<T> | undefined;
  /** Whether a pull has not been answered yet. */
  #wanted = false;

  /**
   * Creates a stream without events.
   *
   * @param position The position of a consumer that has read nothing.
   * @param source What to call when the consumer reads or cancels.
   */
  constructor(position: string, source: PositionedStreamSource) {
    this.#position = position;
    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: () => this.#pull(source),
      cancel: (reason) => this.#cancelled(reason, source),
    });
    this.events = stream;
    this.#controller = controller;
  }

  /** Where the next watch starts: after everything that was delivered. */
  get position(): string {
    return this.#position;
  }

  /** The position of the consumer, who may not have read everything yet. */
  get consumed(): string {
    if (!this.#hasQueued()) this.#positionBeforeUntaken = undefined;
    return this.#positionBeforeUntaken ?? this.#position;
  }

  /** Whether a read is pending: releasing the lock has cancelled it. */
  get isReadPending(): boolean {
    return this.#wanted && this.events.locked;
  }

  /**
   * Moves the position without an event, as a bookmark does.
   *
   * @param version The version of the bookmark.
   */
  advance(version: string): void {
    if (isOlderVersion(version, this.#position)) return;
    this.#position = version;
  }

  /**
   * Answers the pending read, or holds the event if the read was cancelled.
   *
   * @param event The event.
   * @param version The version of its object.
   */
  deliver(event: WatchEvent<T>, version: string): void {
    this.#wanted = false;
    // The read was cancelled by releasing the lock.
    if (!this.events.locked) this.#held = { event, version };
    else this.#enqueue({ event, version });
  }

  /**
   * Enqueues an ERROR event, which has no version; to be followed by
   * {@linkcode PositionedStream.close}.
   *
   * @param status The Status; need not be one.
   */
  fail(status: unknown): void {
    this.#controller.enqueue({ type: "ERROR", object: statusOf(status) });
  }

  /** Closes the stream; events that wait in it can still be read. */
  close(): void {
    this.#controller.close();
  }

  #pull(source: PositionedStreamSource): void {
    this.#positionBeforeUntaken = undefined;
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return this.#enqueue(held);
    }
    this.#wanted = true;
    source.pull();
  }

  #enqueue({ event, version }: Positioned<T>): void {
    const before = this.#position;
    this.advance(version);
    this.#controller.enqueue(event);
    // Locked again without a new read: nothing signals when it is read.
    if (this.#hasQueued()) this.#positionBeforeUntaken = before;
  }

  #hasQueued(): boolean {
    return (this.#controller.desiredSize ?? 0) < 0;
  }

  /**
   * An unread event is dropped with the stream, so the position steps back. If
   * the event may have been read unnoticed, repeating it beats losing it.
   */
  #cancelled(reason: unknown, source: PositionedStreamSource): void {
    this.#position = this.#positionBeforeUntaken ?? this.#position;
    this.#positionBeforeUntaken = undefined;
    source.cancel(reason);
  }
}
