/**
 * What one open watch still has to send. Whoever reads takes one entry at a
 * time and waits when there is none; whoever writes never waits. An end comes
 * after what was pushed before it, a break comes at once.
 *
 * A linked list, because `Array.shift` on the tens of thousands of events that
 * a watch can begin with copies them all each time.
 *
 * @module
 */

/** What a reader takes. */
export type Entry<E> =
  | { readonly type: "event"; readonly event: E }
  | { readonly type: "end" }
  | { readonly type: "break"; readonly error: unknown };

interface Node<E> {
  readonly entry: Entry<E>;
  next: Node<E> | undefined;
}

/** Entries in order, for one reader. */
export class EventQueue<E> {
  #first: Node<E> | undefined;
  #last: Node<E> | undefined;
  #wake: ((entry: Entry<E>) => void) | undefined;
  #stalled = false;
  #closed = false;

  /** Whether an end or a break has been written. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends an event. */
  push(event: E): void {
    if (!this.#closed) this.#append({ type: "event", event });
  }

  /** Ends the watch after what was pushed; with an error if one is given. */
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

  /** Breaks the watch at once: what was not read yet is lost. */
  break(error: unknown): void {
    if (this.#closed) return;
    this.#forget();
    this.end({ error });
  }

  /** Sends nothing any more, until the end. */
  stall(): void {
    this.#stalled = true;
  }

  /** The next entry. One call at a time. */
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
