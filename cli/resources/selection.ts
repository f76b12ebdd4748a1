/**
 * Which objects a command line or a manifest means.
 *
 * @module
 */

import type { ResourceType } from "./built_in.ts";

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
