/**
 * From `deployment/web`, `pods -l app=web`, `pods --all` to what a command line
 * says about which objects are meant. The forms are `kubectl`'s, and so is what
 * excludes what. Which resources there are is not known here.
 *
 * @module
 */

import { parseLabelSelector } from "../api/_label_selector.ts";
import type { Mention, Selection } from "./resources/selection.ts";
import type { GivenOptions } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Roles and their bindings may be called anything that can stand in a path,
 * such as `me@example.com`. What has a meaning in a selector is a mistake.
 */
const OBJECT_NAME = /^(?![.]{1,2}$)[^/%,=\\\p{Cc}]+$/u;

/** What names of resources are made of, with or without version and group. */
const RESOURCE_NAME = /^[A-Za-z0-9._-]+$/;

/** A comparison of fields, with its escaped characters. */
const FIELD_TERM = /^\s*[^\s=!,]+\s*(==|!=|=)(\\[\\,=]|[^\\,=])*$/;

/**
 * Understands which objects are meant.
 *
 * @param given The words and options.
 * @returns What they say.
 * @throws {UsageError} If it makes no sense.
 */
export function selectionOf(given: GivenOptions): Selection {
  const mentions = findMentions(given.words);
  const labelSelector = textOf(given, "selector");
  const fieldSelector = textOf(given, "field-selector");
  if (labelSelector !== undefined) checkLabels(labelSelector);
  if (fieldSelector !== undefined) checkFields(fieldSelector);
  const named = mentions.find(({ name }) => name !== undefined);
  if (named !== undefined) {
    const flag = given.has("selector")
      ? "-l"
      : given.has("field-selector")
      ? "--field-selector"
      : undefined;
    if (flag !== undefined) {
      throw new UsageError(
        `${flag} and a name (${named.resource}/${named.name}) are mutually exclusive: omit one of them`,
      );
    }
  }
  return {
    mentions,
    namespace: namespaceOf(given.text("namespace")),
    allNamespaces: given.isOn("all-namespaces"),
    labelSelector,
    fieldSelector,
  };
}

/** An option whose value says nothing when it is empty. */
function textOf(given: GivenOptions, name: string): string | undefined {
  const text = given.text(name)?.trim();
  return text === "" ? undefined : text;
}

/** `a/x b/y`, or `a x y`, or `a,b`, or `a,b x y`. */
function findMentions(words: readonly string[]): Mention[] {
  const slashed = words.filter((word) => word.includes("/"));
  if (slashed.length === words.length) return words.map(slashedMention);
  const [first = "", ...names] = words;
  if (slashed.length > 0) {
    throw new UsageError(
      `${slashed[0]} cannot be combined with ${
        words.find((word) => !word.includes("/"))
      }: use RESOURCE/NAME for each`,
    );
  }
  const resources = new Set(first.split(","));
  return [...resources].flatMap((text): Mention[] => {
    const resource = checkResource(text);
    return names.length === 0
      ? [{ resource, name: undefined }]
      : names.map((name) => ({ resource, name: checkName(name) }));
  });
}

function slashedMention(text: string): Mention {
  const [resource = "", name = "", ...more] = text.split("/");
  if (resource === "" || name === "" || more.length > 0) {
    throw new UsageError(
      `malformed ${
        JSON.stringify(text)
      }: use RESOURCE/NAME, such as deployment/web`,
    );
  }
  return { resource: checkResource(resource), name: checkName(name) };
}

function checkResource(text: string): string {
  if (RESOURCE_NAME.test(text)) return text;
  throw new UsageError(
    `malformed resource ${
      JSON.stringify(text)
    }: expected a name such as pods, deploy or certificates.cert-manager.io`,
  );
}

function checkName(name: string): string {
  if (OBJECT_NAME.test(name)) return name;
  throw new UsageError(
    `malformed name ${
      JSON.stringify(name)
    }: it must not be "." or "..", and must not contain any of / % , = \\`,
  );
}

function namespaceOf(namespace: string | undefined): string | undefined {
  if (namespace === undefined || DNS_LABEL.test(namespace)) return namespace;
  throw new UsageError(
    `malformed namespace ${
      JSON.stringify(namespace)
    }: it must consist of lower-case letters, digits and "-"`,
  );
}

function checkLabels(selector: string): void {
  try {
    parseLabelSelector(selector);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(
      `malformed selector ${
        JSON.stringify(selector)
      }: ${cause.message}: use a selector such as app=web or 'app in (web, api),!canary'`,
      { cause },
    );
  }
}

function checkFields(selector: string): void {
  // A comma that is escaped is one of the value.
  const terms = selector.split(/(?<!\\),/);
  if (terms.every((term) => FIELD_TERM.test(term))) return;
  throw new UsageError(
    `malformed field selector ${
      JSON.stringify(selector)
    }: use a selector such as status.phase=Running,spec.nodeName!=node-1`,
  );
}
