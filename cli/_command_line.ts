/**
 * What a command line amounts to, once it has been understood: data that the
 * commands are carried out from.
 *
 * @module
 */

import type { Manifests, Selection } from "./resources/selection.ts";
import type { ObjectOutput, WatchOutput } from "./printers/output.ts";
import type { ClusterOptions } from "../cluster/cluster_options.ts";

/** How the server is reached. */
export type ServerChoice =
  /** One of our own, for a look around. */
  | { readonly type: "embedded" }
  /** The one that the kubeconfig and the options name. */
  | { readonly type: "cluster"; readonly options: ClusterChoice };

/** What the options say about the server, beside what a kubeconfig says. */
export interface ClusterChoice extends ClusterOptions {
  /** `--request-timeout`. */
  readonly requestTimeoutMs?: number | undefined;
}

/** What is waited for. */
export type WaitGoal =
  | { readonly type: "create" }
  | { readonly type: "delete" }
  | {
    readonly type: "condition";
    /** The condition's type, in any case. */
    readonly name: string;
    /** Its status, in any case. */
    readonly value: string;
  }
  | {
    readonly type: "jsonpath";
    /** The expression; its braces may be missing. */
    readonly expression: string;
    /** What it must lead to; undefined for anything. */
    readonly value: string | undefined;
  };

/** `wait …`. */
export interface WaitArguments {
  readonly server: ServerChoice;
  /** The objects that are meant. */
  readonly selection: Selection;
  /** The files that say which objects are meant instead; none if empty. */
  readonly manifests: Manifests;
  /** What is waited for, one after the other, of each object. */
  readonly goals: readonly WaitGoal[];
  /** 0 looks once. */
  readonly timeoutMs: number;
  /** How objects are told of. */
  readonly output: ObjectOutput;
  /** Whether objects are printed with who wrote which field. */
  readonly showManagedFields: boolean;
}

/** `watch …`. */
export interface WatchArguments {
  readonly server: ServerChoice;
  readonly selection: Selection;
  readonly output: WatchOutput;
  /** Where to carry on from, instead of a list. */
  readonly resourceVersion: string | undefined;
  /**
   * Whether a cache makes up for what an expired version has missed, and
   * whether it is drawn as a table in place.
   */
  readonly mode: "events" | "cached" | "live";
}
