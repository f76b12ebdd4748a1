/**
 * From `deployment/web`, `pods -l app=web`, `pods --all` to what is to be
 * looked at. The forms are `kubectl`'s, and so is what excludes what.
 *
 * @module
 */

import { parseLabelSelector } from "../testing/_label_selector.ts";
import type { Target } from "./_command.ts";
import type { GivenOptions } from "./_options.ts";
import { findResource, type ResourceType } from "./_resources.ts";
import { UsageError } from "./_usage_error.ts";

/** What a command line says about which objects are meant. */
export interface TargetOptions {
  /** The arguments that are no options: resources and names. */
  words: readonly string[];
  /** `-n`. */
  namespace: string | undefined;
  /** `-A`. */
  allNamespaces: boolean;
  /** `-l`. */
  selector: string | undefined;
  /** `--all`, where the command has it and needs it. */
  all: boolean;
}

/** A resource, and perhaps a name. */
interface Mention {
  readonly text: string;
  readonly resource: ResourceType;
  readonly name: string | undefined;
}

const DEFAULT_NAMESPACE = "default";
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What names of objects are made of: a selector or a path takes no other. */
const OBJECT_NAME = /^[A-Za-z0-9._:-]+$/;

/**
 * Understands which objects are meant.
 *
 * @param options What the command line says.
 * @returns The objects, in the order of the command line.
 * @throws {UsageError} If it makes no sense.
 */
export function findTargets(options: TargetOptions): Target[] {
  const { selector, all } = options;
  const mentions = findMentions(options.words);
  if (selector !== undefined && all) {
    throw new UsageError(
      "-l and --all exclude each other: use -l for some, --all for all",
    );
  }
  if (selector !== undefined) checkSelector(selector);
  const namespace = namespaceOf(options);
  return mentions.map(({ text, resource, name }) => {
    if (name !== undefined) checkNamed(text, resource, options);
    return {
      resource,
      namespace: resource.namespaced === false ? undefined : namespace,
      ...(name === undefined ? {} : { name }),
      ...(selector === undefined || selector.trim() === ""
        ? {}
        : { labelSelector: selector.trim() }),
    };
  });
}

/**
 * What options say about which objects are meant.
 *
 * @param given The options.
 * @returns The part of {@linkcode TargetOptions} that all commands have.
 */
export function selectionOf(
  given: GivenOptions,
): Pick<TargetOptions, "namespace" | "allNamespaces" | "selector"> {
  return {
    namespace: given.text("namespace"),
    allNamespaces: given.isOn("all-namespaces"),
    selector: given.text("selector"),
  };
}

/** `a/x b/y`, or `a x y`, or `a,b`. */
function findMentions(words: readonly string[]): Mention[] {
  const slashed = words.filter((word) => word.includes("/"));
  if (slashed.length === words.length) {
    return words.map((word) => slashedMention(word));
  }
  const [first = "", ...names] = words;
  if (slashed.length > 0) {
    throw new UsageError(
      `${slashed[0]} cannot be mixed with ${
        words.find((word) => !word.includes("/"))
      }: write each as RESOURCE/NAME`,
    );
  }
  return first.split(",").flatMap((text): Mention[] => {
    const resource = findResource(text);
    if (names.length === 0) return [{ text, resource, name: undefined }];
    return names.map((name) => ({
      text: `${text} ${name}`,
      resource,
      name: checkName(name),
    }));
  });
}

function slashedMention(text: string): Mention {
  const [resource = "", name = "", ...more] = text.split("/");
  if (resource === "" || name === "" || more.length > 0) {
    throw new UsageError(
      `malformed ${
        JSON.stringify(text)
      }: write one resource and one name, such as deployment/web`,
    );
  }
  return { text, resource: findResource(resource), name: checkName(name) };
}

function checkName(name: string): string {
  if (OBJECT_NAME.test(name)) return name;
  throw new UsageError(
    `malformed name ${
      JSON.stringify(name)
    }: names are made of letters, digits, "-" and "."`,
  );
}

function checkNamed(
  text: string,
  resource: ResourceType,
  { selector, all, allNamespaces }: TargetOptions,
): void {
  if (selector !== undefined || all) {
    const flag = all ? "--all" : "-l";
    throw new UsageError(
      `${flag} and a name (${text}) exclude each other: leave out one of them`,
    );
  }
  if (allNamespaces && resource.namespaced !== false) {
    throw new UsageError(
      `-A and a name (${text}) exclude each other: say with -n which namespace it is in`,
    );
  }
}

function namespaceOf(
  { namespace = DEFAULT_NAMESPACE, allNamespaces }: TargetOptions,
): string | undefined {
  if (!DNS_LABEL.test(namespace)) {
    throw new UsageError(
      `malformed namespace ${
        JSON.stringify(namespace)
      }: it is made of lower-case letters, digits and "-"`,
    );
  }
  return allNamespaces ? undefined : namespace;
}

function checkSelector(selector: string): void {
  try {
    parseLabelSelector(selector);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(
      `malformed selector ${
        JSON.stringify(selector)
      }: ${cause.message}: write it like app=web or 'app in (web, api),!canary'`,
      { cause },
    );
  }
}
