/**
 * Events of whole objects as text, each as `kubectl get --watch` writes it, but
 * for one thing: a tab in a template stays a tab, where `kubectl` makes columns
 * of what a watch writes, and of nothing else.
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

/** What is printed of objects. */
export interface ObjectEventOptions
  extends Omit<WatchOutput & { type: "objects" }, "type"> {
  /** The resource. */
  resource: ResourceType;
}

/**
 * The printer for a form. What a form needs is loaded only here.
 *
 * @param options The form.
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

/** What is written of an event. */
type EventText = (event: WatchEvent) => string;

async function eventText(options: ObjectEventOptions): Promise<EventText> {
  switch (options.form.type) {
    case "json":
      // One a line, for programs.
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
    // These are about no object: they are told elsewhere.
    if (event.type === "BOOKMARK" || event.type === "ERROR") return "";
    const object = showManagedFields ? event.object : unmanaged(event);
    return print(objectName(object, resource), object);
  };
}

function unmanaged({ object }: ChangeEvent): KubernetesObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
