/**
 * The bytes of a body on their way to the client, and what befalls them: they
 * are cut, held back, or slowed down.
 *
 * Every body of a watch passes through here, also where nothing is wrong, so
 * that a fault can befall a watch that is already open.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";
import { ConnectionReset } from "./_connection_reset.ts";
import type { Entry } from "./_event_queue.ts";
import type { Fault } from "./faults.ts";

/** A fault of bodies. */
export type BodyFault = Extract<
  Fault,
  { type: "reset" | "end" | "stall" | "cutCharacter" | "trickle" }
>;

/** Where the bytes come from. */
export interface FlowSource {
  /** Returns the next bytes; not called again before it resolves. */
  readonly next: () => Promise<Entry<Uint8Array>>;
  /** Called when the connection has gone silent. */
  readonly onStall?: (() => void) | undefined;
  /** Called when the body has been cut: the server need not send any more. */
  readonly onCut?: (() => void) | undefined;
}

interface Cut {
  readonly at: number;
  readonly then: "reset" | "end" | "stall";
  readonly insideCharacter: boolean;
}

/** Returns whether a fault is one of bodies. */
export function isBodyFault(fault: Fault): fault is BodyFault {
  switch (fault.type) {
    case "reset":
    case "end":
    case "stall":
    case "cutCharacter":
    case "trickle":
      return true;
    default:
      return false;
  }
}

/** The bytes of one body. */
export class FaultFlow {
  readonly #source: FlowSource;
  #answer: ((entry: Entry<Uint8Array>) => void) | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #final: Entry<Uint8Array> | undefined;
  #passed = 0;
  #cut: Cut | undefined;
  #trickle: Extract<BodyFault, { type: "trickle" }> | undefined;
  #trickled = 0;
  #pause: Timer | undefined;
  #isReading = false;
  #isStalled = false;
  #isClosed = false;

  constructor(source: FlowSource) {
    this.#source = source;
  }

  /** Lets a fault befall the body, counted from the next byte. */
  strike(fault: BodyFault): void {
    if (fault.type === "trickle") {
      this.#trickle = fault;
      this.#trickled = 0;
    } else {
      this.#cut = {
        at: this.#passed + fault.afterBytes,
        then: fault.type === "cutCharacter" ? fault.then : fault.type,
        insideCharacter: fault.type === "cutCharacter",
      };
    }
    this.#pump();
  }

  /** Holds everything back for a time. */
  hold(ms: number): void {
    this.#pauseFor(ms);
  }

  /** Breaks the connection: what has not been read is lost. */
  break(error: unknown): void {
    this.#finish({ type: "break", error });
  }

  /** The body has ended, or the client has gone. */
  close(): void {
    this.#isClosed = true;
    this.#pause?.clear();
  }

  /** Returns the next bytes. Must not be called again before it resolves. */
  next(): Promise<Entry<Uint8Array>> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#isClosed || this.#pause !== undefined) return;
    if (this.#isDue()) return this.#act();
    if (this.#answer === undefined) return;
    if (this.#rest.byteLength > 0) this.#pass();
    else if (this.#final !== undefined) this.#give(this.#final);
    else this.#read();
  }

  /** Whether the cut comes before the next byte. */
  #isDue(): boolean {
    const cut = this.#cut;
    return cut !== undefined && !cut.insideCharacter && this.#passed >= cut.at;
  }

  #act(): void {
    const cut = this.#cut;
    this.#cut = undefined;
    switch (cut?.then) {
      case "stall":
        this.#isStalled = true;
        this.#rest = new Uint8Array(0);
        this.#source.onStall?.();
        return this.#pump();
      case "reset":
        this.#finish({ type: "break", error: new ConnectionReset() });
        break;
      case "end":
        this.#finish({ type: "end" });
    }
    this.#source.onCut?.();
  }

  #finish(entry: Entry<Uint8Array>): void {
    this.#rest = new Uint8Array(0);
    this.#cut = undefined;
    this.#final = entry;
    this.#pause?.clear();
    this.#pause = undefined;
    this.#pump();
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#source.next().then((entry) => {
      this.#isReading = false;
      if (this.#final !== undefined) return;
      if (entry.type !== "event") this.#final = entry;
      else if (!this.#isStalled) this.#rest = entry.event;
      this.#pump();
    }, (error: unknown) => this.break(error));
  }

  #pass(): void {
    const most = this.#untilCut();
    if (most === 0) return this.#act();
    const trickle = this.#trickle;
    if (trickle === undefined) return this.#giveBytes(most);
    const bytes = Math.min(most, trickle.chunkBytes);
    this.#trickled += bytes;
    if (this.#trickled >= (trickle.bytes ?? Infinity)) {
      this.#trickle = undefined;
    }
    this.#pauseFor(trickle.intervalMs, () => this.#giveBytes(bytes));
  }

  /** The bytes of the rest that come before the cut. */
  #untilCut(): number {
    const { byteLength } = this.#rest;
    if (this.#cut === undefined) return byteLength;
    const from = Math.max(0, this.#cut.at - this.#passed);
    if (!this.#cut.insideCharacter) return Math.min(byteLength, from);
    const within = this.#rest.findIndex((byte, index) =>
      index >= from && (byte & 0b1100_0000) === 0b1000_0000
    );
    if (within === -1) return byteLength;
    this.#cut = {
      ...this.#cut,
      at: this.#passed + within,
      insideCharacter: false,
    };
    return within;
  }

  #giveBytes(bytes: number): void {
    const event = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    this.#passed += bytes;
    this.#give({ type: "event", event });
  }

  #give(entry: Entry<Uint8Array>): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(entry);
  }

  #pauseFor(ms: number, then: () => void = () => this.#pump()): void {
    this.#pause?.clear();
    this.#pause = startTimer(() => {
      this.#pause = undefined;
      then();
    }, ms);
  }
}
