/**
 * The parsed arguments of the commands, as data.
 *
 * @module
 */

import type { Manifests, Selection } from "./resources/selection.ts";
import type { ObjectOutput, WatchOutput } from "./printers/output.ts";
import type { ClusterOptions } from "../cluster/cluster_options.ts";

/** The server to connect to. */
export type ServerChoice =
  /** A server in this process, for trying the commands without a cluster. */
  | { readonly type: "embedded" }
  /** The server that the kubeconfig and the options select. */
  | { readonly type: "cluster"; readonly options: ClusterChoice };

/** The connection options, which override those of a kubeconfig. */
export interface ClusterChoice extends ClusterOptions {
  /** `--request-timeout`; `Infinity` for no limit, undefined if not given. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A condition given with `--for`. */
export type WaitGoal =
  | { readonly type: "create" }
  | { readonly type: "delete" }
  | { readonly type: "ready" }
  | {
    readonly type: "condition";
    /** The type of the condition (case-insensitive). */
    readonly name: string;
    /** Its status (case-insensitive). */
    readonly value: string;
  }
  | {
    readonly type: "jsonpath";
    /** The expression; its braces are optional. */
    readonly expression: string;
    /** The value that it must have; undefined for any. */
    readonly value: string | undefined;
  };

/** The arguments of `wait`. */
export interface WaitArguments {
  /** The server to connect to. */
  readonly server: ServerChoice;
  /** The objects to wait for. */
  readonly selection: Selection;
  /** The manifests that identify the objects instead; unused if empty. */
  readonly manifests: Manifests;
  /** The conditions that each object must meet, one after the other. */
  readonly goals: readonly WaitGoal[];
  /** What `jsonpath` goals do while a status is older than its object. */
  readonly staleStatus: "wait" | "accept";
  /** How long to wait; 0 checks once. */
  readonly timeoutMs: number;
  /** How objects that meet the conditions are printed. */
  readonly output: ObjectOutput;
  /** Whether objects are printed with `managedFields`. */
  readonly showManagedFields: boolean;
}

/** The arguments of `watch`. */
export interface WatchArguments {
  /** The server to connect to. */
  readonly server: ServerChoice;
  /** The objects to watch. */
  readonly selection: Selection;
  /** How events are printed. */
  readonly output: WatchOutput;
  /** The version to watch from, instead of a list. */
  readonly resourceVersion: string | undefined;
  /**
   * Whether to print the events of a single watch, or those of a cache, which
   * survives expired versions, or to draw the cache as a live table.
   */
  readonly mode: "events" | "cached" | "live";
}
