/**
 * Parses the arguments and options that select objects: `deployment/web`,
 * `pods -l app=web`, `pods --all`. The forms, and which of them are mutually
 * exclusive, are those of `kubectl`. Whether a resource exists is checked
 * later.
 *
 * @module
 */

import { parseLabelSelector } from "../api/_label_selector.ts";
import type { ResourceArgument, Selection } from "./resources/selection.ts";
import { checkNamespaces } from "./resources/targets.ts";
import type { ParsedArguments } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Some resources, such as roles, accept any name that is valid in a path, such
 * as `me@example.com`. Characters with a meaning in a selector are rejected.
 */
const OBJECT_NAME = /^(?![.]{1,2}$)[^/%,=\\\p{Cc}]+$/u;

/** The characters of a resource name, with or without version and group. */
const RESOURCE_NAME = /^[A-Za-z0-9._-]+$/;

/** A requirement of a field selector, in which characters may be escaped. */
const FIELD_TERM = /^\s*[^\s=!,]+\s*(==|!=|=)(\\[\\,=]|[^\\,=])*$/;

/**
 * Parses the arguments and options that select objects.
 *
 * @param given The parsed arguments.
 * @returns The selection.
 * @throws {UsageError} If they are malformed or mutually exclusive.
 */
export function parseSelection(given: ParsedArguments): Selection {
  const resourceArguments = parseResourceArguments(given.positionals);
  const labelSelector = textOf(given, "selector");
  const fieldSelector = textOf(given, "field-selector");
  if (labelSelector !== undefined) checkLabels(labelSelector);
  if (fieldSelector !== undefined) checkFields(fieldSelector);
  const named = resourceArguments.find(({ name }) => name !== undefined);
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
  const selection = {
    resourceArguments,
    namespace: namespaceOf(given.value("namespace")),
    allNamespaces: given.isOn("all-namespaces"),
    labelSelector,
    fieldSelector,
  };
  checkNamespaces(selection);
  return selection;
}

/** The value of an option, undefined if it is blank. */
function textOf(given: ParsedArguments, name: string): string | undefined {
  const text = given.value(name)?.trim();
  return text === "" ? undefined : text;
}

/** `a/x b/y`, or `a x y`, or `a,b`, or `a,b x y`. */
function parseResourceArguments(words: readonly string[]): ResourceArgument[] {
  const slashed = words.filter((word) => word.includes("/"));
  if (slashed.length === words.length) return words.map(parseSlashed);
  const [first = "", ...names] = words;
  if (slashed.length > 0) {
    throw new UsageError(
      `${slashed[0]} cannot be combined with ${
        words.find((word) => !word.includes("/"))
      }: use RESOURCE/NAME for each`,
    );
  }
  const resources = new Set(first.split(","));
  return [...resources].flatMap((text): ResourceArgument[] => {
    const resource = checkResource(text);
    return names.length === 0
      ? [{ resource, name: undefined }]
      : names.map((name) => ({ resource, name: checkName(name) }));
  });
}

function parseSlashed(text: string): ResourceArgument {
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
  // An escaped comma is part of the value.
  const terms = selector.split(/(?<!\\),/);
  if (terms.every((term) => FIELD_TERM.test(term))) return;
  throw new UsageError(
    `malformed field selector ${
      JSON.stringify(selector)
    }: use a selector such as status.phase=Running,spec.nodeName!=node-1`,
  );
}
