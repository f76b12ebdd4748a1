/**
 * The events that an open watch still has to send. The reader takes one entry
 * at a time and waits if the queue is empty; the writer never waits. An end
 * comes after the entries pushed before it; a break takes effect at once.
 *
 * It is a linked list because a watch can start with tens of thousands of
 * events, and `Array.shift` would copy them all each time.
 *
 * @module
 */

/** An entry of the queue. */
export type Entry<E> =
  | { readonly type: "event"; readonly event: E }
  | { readonly type: "end" }
  | { readonly type: "break"; readonly error: unknown };

interface Node<E> {
  readonly entry: Entry<E>;
  next: Node<E> | undefined;
}

/** A queue of entries for a single reader. */
export class EventQueue<E> {
  #first: Node<E> | undefined;
  #last: Node<E> | undefined;
  #wake: ((entry: Entry<E>) => void) | undefined;
  #stalled = false;
  #closed = false;

  /** Whether the watch has been ended or broken. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends an event. */
  push(event: E): void {
    if (!this.#closed) this.#append({ type: "event", event });
  }

  /**
   * Ends the watch after the events pushed so far, with an error if one is
   * given.
   */
  end(failure?: { readonly error: unknown }): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#stalled) this.#forget();
    this.#append(
      failure === undefined
        ? { type: "end" }
        : { type: "break", error: failure.error },
    );
  }

  /** Breaks the watch at once: events that have not been read are lost. */
  break(error: unknown): void {
    if (this.#closed) return;
    this.#forget();
    this.end({ error });
  }

  /** Stops delivering events until the watch ends. */
  stall(): void {
    this.#stalled = true;
  }

  /** Returns the next entry. Must not be called again before it resolves. */
  next(): Promise<Entry<E>> {
    if (this.#first !== undefined && this.#mayDeliver()) {
      const { entry } = this.#first;
      this.#first = this.#first.next;
      return Promise.resolve(entry);
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #append(entry: Entry<E>): void {
    const wake = this.#wake;
    if (wake !== undefined && this.#mayDeliver()) {
      this.#wake = undefined;
      wake(entry);
      return;
    }
    const node: Node<E> = { entry, next: undefined };
    if (this.#first === undefined) this.#first = node;
    else if (this.#last !== undefined) this.#last.next = node;
    this.#last = node;
  }

  #mayDeliver(): boolean {
    return !this.#stalled || this.#closed;
  }

  #forget(): void {
    this.#first = undefined;
    this.#last = undefined;
  }
}
