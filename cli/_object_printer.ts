/**
 * Events of whole objects as JSON, YAML, names, or what a template makes of
 * them, each as `kubectl get --watch` writes it.
 *
 * @module
 */

import { goJson } from "../watch/_go_value.ts";
import type { WatchEvent } from "../watch/types.ts";
import { UsageError } from "./_usage_error.ts";
import type { ObjectOutput } from "./_watch_output.ts";
import type { EventPrinter } from "./_event_printer.ts";
import { objectName } from "./_object_names.ts";
import type { ResourceType } from "./_resources.ts";

const INDENT = 4;

/** What is printed of objects. */
export interface ObjectPrinterOptions {
  /** The resource. */
  resource: ResourceType;
  /** Whether events are written, and not only what they are about. */
  withEvents: boolean;
  /** Whether an object is written with what tells who wrote which field. */
  showManagedFields: boolean;
}

/** The text of an event that is about an object. */
type Write = (event: WatchEvent) => string;

/**
 * The printer for a form. What a form needs is loaded only here.
 *
 * @param output The form.
 * @param options What is printed.
 * @returns The printer.
 * @throws {UsageError} If a template is malformed.
 */
export async function objectPrinter(
  output: ObjectOutput,
  options: ObjectPrinterOptions,
): Promise<EventPrinter> {
  const write = await writer(output, options);
  // An error is about no object: it is told elsewhere.
  const tellsErrors = options.withEvents &&
    (output.type === "json" || output.type === "yaml");
  return {
    prepare: () => {},
    text: (event) =>
      event.type === "BOOKMARK" || event.type === "ERROR" && !tellsErrors
        ? ""
        : write(event),
  };
}

async function writer(
  output: ObjectOutput,
  options: ObjectPrinterOptions,
): Promise<Write> {
  switch (output.type) {
    case "json":
      return jsonWriter(options);
    case "yaml":
      return await yamlWriter(options);
    case "name":
      return ({ object }) => `${objectName(object, options.resource)}\n`;
    case "jsonpath":
      return await templateWriter(output.template);
  }
}

/** Objects are written for people, events one a line for programs. */
function jsonWriter(options: ObjectPrinterOptions): Write {
  return options.withEvents
    ? ({ type, object }) => `{"type":"${type}","object":${goJson(object)}}\n`
    : ({ object }) => `${goJson(shownObject(object, options), INDENT)}\n`;
}

async function yamlWriter(options: ObjectPrinterOptions): Promise<Write> {
  const { yamlText } = await import("./_yaml_text.ts");
  let count = 0;
  return ({ type, object }) => {
    const shown = options.withEvents
      ? { object, type }
      : shownObject(object, options);
    return `${count++ === 0 ? "" : "---\n"}${yamlText(shown)}`;
  };
}

/** As in `kubectl`, a template says itself where lines end. */
async function templateWriter(text: string): Promise<Write> {
  const { JsonPathTemplate } = await import(
    "../watch/_json_path_template.ts"
  );
  try {
    const template = new JsonPathTemplate(text);
    return ({ object }) => template.render(object);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(`malformed -o jsonpath: ${cause.message}`, { cause });
  }
}

function shownObject(
  object: WatchEvent["object"],
  { showManagedFields }: ObjectPrinterOptions,
): WatchEvent["object"] {
  const { metadata } = object;
  const isDropped = !showManagedFields && metadata !== undefined &&
    "managedFields" in metadata;
  if (!isDropped) return object;
  const { managedFields: _, ...others } = metadata;
  return { ...object, metadata: others };
}
