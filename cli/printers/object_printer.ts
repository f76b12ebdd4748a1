/**
 * Objects as text, in each of the forms that `kubectl` prints them in for other
 * programs.
 *
 * @module
 */

import { errorText } from "../../internal/error_text.ts";
import { goJson } from "../../internal/go_value.ts";
import type { KubernetesObject } from "../../api/types.ts";
import type { ObjectOutput } from "./output.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** By how many blanks `kubectl` indents JSON. */
const INDENT = 4;

/** Writes an object. */
export interface ObjectPrinter {
  /** Whether it looks at more of an object than its name. */
  readonly needsObject: boolean;
  /**
   * The text of an object.
   *
   * @param label What it is called: `"pod/web"`.
   * @param object The object.
   * @returns The text, with its line end where it has one.
   */
  print(label: string, object: KubernetesObject): string;
}

/**
 * The printer for a form.
 *
 * @param output The form.
 * @param verb What is said of an object where nothing else is asked for.
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
  let begun = false;
  return {
    needsObject: true,
    print(_label, object) {
      const separator = begun ? "---\n" : "";
      begun = true;
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
  // Loaded only here: it needs a library.
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
  // Loaded only here: on Deno, what Node has for files takes its time.
  const { readFileText } = await import("../terminal/read_file.ts");
  return readFileText(path, "-o jsonpath-file");
}
