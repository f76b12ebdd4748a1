/**
 * What the soak and the programs of its watchers say to each other.
 *
 * @module
 */

import type { PeerReport } from "../simulation/peers/_messages.ts";

/** What a program is told. */
export type SoakCommand =
  /** Report what you use. */
  | { readonly type: "use" }
  /** Report the cache. */
  | { readonly type: "finish" };

/** What a program uses. */
export interface Use {
  /** What is kept after garbage collection, in bytes. */
  readonly heapBytes: number;
  /** The open sockets. */
  readonly sockets: number;
  /** The watches that it has requested so far. */
  readonly watches: number;
}

/** What a program reports. */
export type SoakMessage = PeerReport | { readonly type: "use" } & Use;
