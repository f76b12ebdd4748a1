/**
 * Parses the options for printing objects: `-o` and `--template`.
 *
 * @module
 */

import type { ObjectOutput } from "./printers/output.ts";
import type { ParsedArguments } from "./_options.ts";
import { UsageError } from "./terminal/usage_error.ts";

const FORMATS = "name, json, yaml, jsonpath=TEMPLATE or jsonpath-file=FILE";

/**
 * Parses the options for printing objects.
 *
 * @param given The parsed arguments.
 * @param others The command's other output formats, for error messages.
 * @returns The output format.
 * @throws {UsageError} If the format is unknown or its template is missing.
 */
export function parseObjectOutput(
  given: ParsedArguments,
  ...others: readonly string[]
): ObjectOutput {
  const text = given.value("output");
  const template = given.value("template");
  if (text === undefined) {
    if (template === undefined) return { type: "message" };
    throw goTemplate("--template");
  }
  const equals = text.indexOf("=");
  const inline = equals < 0 ? undefined : text.slice(equals + 1);
  const form = text.slice(0, equals < 0 ? undefined : equals).toLowerCase();
  switch (form) {
    case "name":
    case "json":
    case "yaml":
      if (inline === undefined) return { type: form };
      break;
    case "jsonpath":
    case "jsonpath-as-json":
    case "jsonpath-file":
      return templateOf(form, inline ?? template, given);
    case "go-template":
    case "go-template-file":
    case "template":
    case "templatefile":
      throw goTemplate(`-o ${form}`);
  }
  throw new UsageError(
    `unknown output format ${JSON.stringify(text)}: allowed formats are ${
      [...others, FORMATS].join(", ")
    }`,
  );
}

function templateOf(
  form: string,
  text: string | undefined,
  given: ParsedArguments,
): ObjectOutput {
  if (text === undefined || text === "") {
    throw new UsageError(
      `-o ${form} requires a template: specify one, such as ${form}=${
        form === "jsonpath-file" ? "FILE" : "'{.metadata.name}'"
      }`,
    );
  }
  return {
    type: "jsonpath",
    template: form === "jsonpath-file" ? { file: text } : { text },
    asJson: form === "jsonpath-as-json",
    allowMissingKeys: !given.has("allow-missing-template-keys") ||
      given.isOn("allow-missing-template-keys"),
  };
}

function goTemplate(option: string): UsageError {
  return new UsageError(
    `${option} is not supported: Go templates require Go; use -o jsonpath=TEMPLATE, or -o json with jq`,
  );
}
