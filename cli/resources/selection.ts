/**
 * The types for objects that a command line or a manifest selects.
 *
 * @module
 */

import type { ResourceType } from "./built_in.ts";

/** Objects of a resource: one by name, those that match selectors, or all. */
export interface Target {
  /** The resource. */
  readonly resource: ResourceType;
  /** The namespace; undefined for all, and for cluster-scoped resources. */
  readonly namespace: string | undefined;
  /** The name of the object; undefined for several objects. */
  readonly name?: string | undefined;
  /** The label selector. */
  readonly labelSelector?: string | undefined;
  /** The field selector. */
  readonly fieldSelector?: string | undefined;
}

/** A `RESOURCE` or `RESOURCE/NAME` argument. */
export interface ResourceArgument {
  /** The resource as it was written: `"deploy"`, `"widgets.example.com"`. */
  readonly resource: string;
  /** The name of the object; undefined for several objects. */
  readonly name: string | undefined;
}

/** The arguments and options that select objects. */
export interface Selection {
  /** The `RESOURCE` and `RESOURCE/NAME` arguments. */
  readonly resourceArguments: readonly ResourceArgument[];
  /** `-n`; undefined for the namespace of the context. */
  readonly namespace: string | undefined;
  /** `-A`. */
  readonly allNamespaces: boolean;
  /** `-l`. */
  readonly labelSelector: string | undefined;
  /** `--field-selector`. */
  readonly fieldSelector: string | undefined;
}

/** The manifests that identify objects. */
export interface Manifests {
  /** `-f`: files, directories, or `-` for standard input. */
  readonly paths: readonly string[];
  /** `-R`: whether directories are searched recursively. */
  readonly recursive: boolean;
}
