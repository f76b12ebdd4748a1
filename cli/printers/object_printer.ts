/**
 * Prints objects in the output formats of `kubectl`.
 *
 * @module
 */

import { errorText } from "../../internal/error_text.ts";
import { goJson } from "../../internal/go_value.ts";
import type { KubernetesObject } from "../../api/types.ts";
import type { ObjectOutput } from "./output.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** The number of spaces that `kubectl` indents JSON by. */
const INDENT = 4;

/** Formats objects as text. */
export interface ObjectPrinter {
  /** Whether it needs the object, and not just its name. */
  readonly needsObject: boolean;
  /**
   * Formats an object.
   *
   * @param label The name of the object: `"pod/web"`.
   * @param object The object.
   * @returns The text; that of a template may lack a final line feed.
   */
  print(label: string, object: KubernetesObject): string;
}

/**
 * Creates the printer for an output format.
 *
 * @param output The output format.
 * @param verb What the default message says about an object.
 * @returns The printer.
 * @throws {UsageError} If a template is malformed.
 */
export async function objectPrinter(
  output: ObjectOutput,
  verb: string,
): Promise<ObjectPrinter> {
  switch (output.type) {
    case "message":
      return { needsObject: false, print: (label) => `${label} ${verb}\n` };
    case "name":
      return { needsObject: false, print: (label) => `${label}\n` };
    case "json":
      return {
        needsObject: true,
        print: (_label, object) => `${goJson(object, INDENT)}\n`,
      };
    case "yaml":
      return await yamlPrinter();
    case "jsonpath":
      return await jsonPathPrinter(output);
  }
}

async function yamlPrinter(): Promise<ObjectPrinter> {
  const { toYaml } = await import("./yaml.ts");
  let isFirst = true;
  return {
    needsObject: true,
    print(_label, object) {
      const separator = isFirst ? "" : "---\n";
      isFirst = false;
      return `${separator}${toYaml(object)}`;
    },
  };
}

async function jsonPathPrinter(
  { template, asJson, allowMissingKeys }: ObjectOutput & { type: "jsonpath" },
): Promise<ObjectPrinter> {
  const text = "text" in template
    ? template.text
    : await templateIn(template.file);
  // Loaded on demand: it depends on a JSONPath library.
  const { JsonPathTemplate } = await import(
    "../../conditions/json_path/template.ts"
  );
  try {
    const parsed = new JsonPathTemplate(text, { allowMissingKeys });
    return {
      needsObject: true,
      print: (_label, object) =>
        asJson
          ? `${goJson(parsed.find(object).flat(), INDENT)}\n`
          : parsed.render(object),
    };
  } catch (cause) {
    throw new UsageError(`malformed jsonpath template: ${errorText(cause)}`, {
      cause,
    });
  }
}

async function templateIn(path: string): Promise<string> {
  // Loaded on demand: on Deno, Node's file API is slow to load.
  const { readFileText } = await import("../terminal/read_file.ts");
  return readFileText(path, "-o jsonpath-file");
}
