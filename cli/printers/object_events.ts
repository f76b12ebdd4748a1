/**
 * Prints events of whole objects like `kubectl get --watch`, with one
 * exception: a tab in a template stays a tab, while `kubectl` turns it into
 * columns, though only for watches.
 *
 * @module
 */

import { goJson } from "../../internal/go_value.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  WatchEvent,
} from "../../api/types.ts";
import type { EventPrinter } from "./event_printer.ts";
import { objectName } from "../resources/object_names.ts";
import { objectPrinter } from "./object_printer.ts";
import type { ResourceType } from "../resources/built_in.ts";
import type { WatchOutput } from "./output.ts";

/** Options for {@linkcode objectEventPrinter}. */
export interface ObjectEventOptions
  extends Omit<WatchOutput & { type: "objects" }, "type"> {
  /** The resource. */
  resource: ResourceType;
}

/**
 * Creates the printer for an output format, and loads what the format needs.
 *
 * @param options The output format.
 * @returns The printer.
 * @throws {UsageError} If a template is malformed.
 */
export async function objectEventPrinter(
  options: ObjectEventOptions,
): Promise<EventPrinter> {
  const text = options.withEvents
    ? await eventText(options)
    : await objectText(options);
  return { prepare: () => {}, text };
}

/** Formats an event. */
type EventText = (event: WatchEvent) => string;

async function eventText(options: ObjectEventOptions): Promise<EventText> {
  switch (options.form.type) {
    case "json":
      // One event per line, for programs.
      return ({ type, object }) =>
        type === "BOOKMARK"
          ? ""
          : `{"type":"${type}","object":${goJson(object)}}\n`;
    case "yaml":
      return await yamlText();
    default:
      return await objectText(options);
  }
}

async function yamlText(): Promise<EventText> {
  const { toYaml } = await import("./yaml.ts");
  let count = 0;
  return (event) =>
    event.type === "BOOKMARK"
      ? ""
      : `${count++ === 0 ? "" : "---\n"}${toYaml(event)}`;
}

async function objectText(options: ObjectEventOptions): Promise<EventText> {
  const { form, resource, showManagedFields } = options;
  const { print } = await objectPrinter(form, "");
  return (event) => {
    // These are not about an object; errors are reported elsewhere.
    if (event.type === "BOOKMARK" || event.type === "ERROR") return "";
    const object = showManagedFields ? event.object : stripManagedFields(event);
    return print(objectName(object, resource), object);
  };
}

function stripManagedFields({ object }: ChangeEvent): KubernetesObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
