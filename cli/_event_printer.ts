/**
 * Events as lines, in each of the forms that `watch` can write: a table, one
 * JSON object a line, or the bare name.
 *
 * A table that is written as it comes cannot know its columns' widths: the
 * objects that are there from the start decide them, and a longer name later
 * only pushes its own line.
 *
 * @module
 */

import type { KubernetesObject, WatchEvent } from "../watch/types.ts";
import { age } from "./_age.ts";
import type { WatchOutput } from "./_command.ts";
import { objectName } from "./_object_names.ts";
import type { ResourceType } from "./_resources.ts";
import { summary } from "./_summary.ts";
import { oneLine } from "./_text.ts";

/** Writes events as lines. */
export interface EventPrinter {
  /** Learns what the first events are going to be about. */
  prepare(objects: readonly KubernetesObject[]): void;
  /** The lines of an event; before the first one, perhaps, a header. */
  lines(event: WatchEvent): readonly string[];
}

/** What events are printed of. */
export interface EventPrinterOptions {
  /** The resource. */
  resource: ResourceType;
  /** Whether objects of several namespaces have to be told apart. */
  showNamespace: boolean;
}

/**
 * The printer for a form.
 *
 * @param output The form.
 * @param options What is printed.
 * @returns The printer.
 */
export function eventPrinter(
  output: WatchOutput,
  options: EventPrinterOptions,
): EventPrinter {
  switch (output) {
    case "json":
      return JSON_LINES;
    case "name":
      return namePrinter(options);
    case "table":
      return new TablePrinter(options);
  }
}

const JSON_LINES: EventPrinter = {
  prepare: () => {},
  lines: ({ type, object }) => [JSON.stringify({ type, object })],
};

function namePrinter({ resource }: EventPrinterOptions): EventPrinter {
  return {
    prepare: () => {},
    lines: (event) =>
      isChange(event) ? [objectName(event.object, resource)] : [],
  };
}

/** Bookmarks and errors are about no object. */
function isChange({ type }: WatchEvent): boolean {
  return type !== "BOOKMARK" && type !== "ERROR";
}

const GAP = "   ";
const TITLES: Cells = {
  event: "EVENT",
  namespace: "NAMESPACE",
  name: "NAME",
  status: "STATUS",
  age: "AGE",
};

/** Widths that leave room for what usually comes later. */
const LEAST_WIDTHS: Widths = {
  event: "MODIFIED".length,
  namespace: 9,
  name: 4,
  status: "ContainerCreating 0/1".length,
  age: 0,
};

/** Room for names that nobody has seen yet. */
const UNSEEN_NAME_WIDTH = 32;

interface Cells {
  readonly event: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  readonly age: string;
}

type Widths = Readonly<Record<keyof Cells, number>>;

class TablePrinter implements EventPrinter {
  readonly #showNamespace: boolean;
  #widths: Widths = { ...LEAST_WIDTHS, name: UNSEEN_NAME_WIDTH };
  #begun = false;

  constructor({ showNamespace }: EventPrinterOptions) {
    this.#showNamespace = showNamespace;
  }

  prepare(objects: readonly KubernetesObject[]): void {
    if (objects.length === 0) return;
    const rows = objects.map((object) => cellsOf("", object));
    const widest = (column: keyof Cells) =>
      rows.reduce(
        (width, cells) => Math.max(width, cells[column].length),
        LEAST_WIDTHS[column],
      );
    this.#widths = {
      ...LEAST_WIDTHS,
      namespace: widest("namespace"),
      name: widest("name"),
      status: widest("status"),
    };
  }

  lines(event: WatchEvent): readonly string[] {
    if (!isChange(event)) return [];
    const line = this.#line(cellsOf(event.type, event.object));
    if (this.#begun) return [line];
    this.#begun = true;
    return [this.#line(TITLES), line];
  }

  #line({ event, namespace, name, status, age }: Cells): string {
    const widths = this.#widths;
    return [
      event.padEnd(widths.event),
      this.#showNamespace ? namespace.padEnd(widths.namespace) : [],
      name.padEnd(widths.name),
      status.padEnd(widths.status),
      age,
    ].flat().join(GAP).trimEnd();
  }
}

function cellsOf(event: string, object: KubernetesObject): Cells {
  const { namespace, name, creationTimestamp } = object.metadata ?? {};
  return {
    event,
    namespace: oneLine(namespace ?? ""),
    name: oneLine(name ?? "<unknown>"),
    status: summary(object),
    age: age(creationTimestamp, Date.now()),
  };
}
