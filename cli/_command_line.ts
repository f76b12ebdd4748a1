/**
 * What a command line amounts to, once it has been understood: data that the
 * commands are carried out from.
 *
 * @module
 */

import type { ClusterOptions } from "../cluster/cluster_options.ts";
import type { ResourceType } from "./resources/built_in.ts";
import type { WatchOutput } from "./_watch_output.ts";

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
  /** The fields of those that are meant. */
  readonly fieldSelector?: string | undefined;
}

/** A resource as it was written, and perhaps a name. */
export interface Mention {
  /** What it was called: `"deploy"`, `"widgets.example.com"`. */
  readonly resource: string;
  /** The name of the object; undefined for those selected, or all. */
  readonly name: string | undefined;
}

/** Which objects a command line means, before the server has been asked. */
export interface Selection {
  /** The resources and names. */
  readonly mentions: readonly Mention[];
  /** `-n`; undefined for the namespace of the context. */
  readonly namespace: string | undefined;
  /** `-A`. */
  readonly allNamespaces: boolean;
  /** `-l`. */
  readonly labelSelector: string | undefined;
  /** `--field-selector`. */
  readonly fieldSelector: string | undefined;
}

/** Manifests that name the objects that are meant. */
export interface Manifests {
  /** `-f`: files, folders, `-` for standard input. */
  readonly paths: readonly string[];
  /** `-R`: whether folders are walked to the bottom. */
  readonly recursive: boolean;
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

/** How an object that is as it should be is told of. */
export type ObjectOutput =
  /** `pod/web condition met`. */
  | { readonly type: "message" }
  | { readonly type: "name" }
  | { readonly type: "json" }
  | { readonly type: "yaml" }
  | {
    readonly type: "jsonpath";
    /** The template, or the file that it is in. */
    readonly template: { readonly text: string } | { readonly file: string };
    /** Whether each result is printed as JSON. */
    readonly asJson: boolean;
    /** Whether a key may be missing. */
    readonly allowMissingKeys: boolean;
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
