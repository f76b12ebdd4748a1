/**
 * What a command line amounts to, once it has been understood: data that the
 * commands are carried out from.
 *
 * @module
 */

import type { ResourceType } from "./_resources.ts";

/** How the server is reached. */
export type ServerChoice =
  /** One of our own, for a look around. */
  | { readonly type: "embedded" }
  | {
    readonly type: "url";
    readonly url: string;
    /** The bearer token, or where it is read from. */
    readonly token: TokenChoice | undefined;
  };

/** Where the bearer token comes from. */
export type TokenChoice =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "file"; readonly path: string };

/** Objects of one resource: one by name, those selected, or all. */
export interface Target {
  /** The resource. */
  readonly resource: ResourceType;
  /** The namespace; undefined for all, or where there are none. */
  readonly namespace: string | undefined;
  /** The name of the one that is meant. */
  readonly name?: string | undefined;
  /** The labels of those that are meant. */
  readonly labelSelector?: string | undefined;
}

/** What is waited for. */
export type WaitGoal =
  | { readonly type: "delete" }
  | {
    readonly type: "condition";
    /** The condition's type, in any case. */
    readonly name: string;
    /** Its status, in any case. */
    readonly value: string;
  };

/** How events are printed. */
export type WatchOutput = "table" | "json" | "name";

/** `wait …`. */
export interface WaitArguments {
  readonly server: ServerChoice;
  readonly targets: readonly Target[];
  readonly goal: WaitGoal;
  /** 0 looks once. */
  readonly timeoutMs: number;
}

/** `watch …`. */
export interface WatchArguments {
  readonly server: ServerChoice;
  readonly target: Target;
  readonly output: WatchOutput;
  /** Where to carry on from, instead of a list. */
  readonly resourceVersion: string | undefined;
  /** Whether a cache makes up for what an expired version has missed. */
  readonly cached: boolean;
}
