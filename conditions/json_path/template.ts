/**
 * A `kubectl` JSONPath template, as given to `-o jsonpath=…`.
 *
 * The dialect is that of client-go's
 * [`jsonpath`](https://pkg.go.dev/k8s.io/client-go/util/jsonpath). No
 * JavaScript library parses it, so `parser.ts` does; `evaluator.ts` looks
 * values up with a library.
 *
 * @module
 */

import {
  compilePath,
  type Evaluation,
  type EvaluationOptions,
} from "./evaluator.ts";
import type { Part, Path } from "./nodes.ts";
import { parseTemplate } from "./parser.ts";
import { goJson, goText } from "../../internal/go_value.ts";

/** Options for {@linkcode JsonPathTemplate}. */
export interface JsonPathTemplateOptions {
  /**
   * Whether keys may be missing. If false, a missing key is an error, as with
   * `--allow-missing-template-keys=false`.
   *
   * @default {true}
   */
  allowMissingKeys?: boolean | undefined;
  /**
   * Whether a list may be null, or too short for an index, and then selects
   * nothing. If false, that is an error, as in `kubectl`.
   *
   * @default {false}
   */
  allowShortLists?: boolean | undefined;
}

type Render = (value: unknown) => (readonly unknown[])[];

/** Stands for all fields of an object. */
const ANY = Symbol("any field");

/** A parsed template, which can be evaluated on any object. */
export class JsonPathTemplate {
  readonly #parts: readonly Render[];
  readonly #fields: readonly (string | typeof ANY)[];

  /**
   * Parses a template.
   *
   * @param text The template: `"{.metadata.name}"`.
   * @param options Whether missing keys and elements are errors.
   * @throws {SyntaxError} If the template is not valid; the message says where.
   */
  constructor(text: string, options: JsonPathTemplateOptions = {}) {
    const { allowMissingKeys = true, allowShortLists = false } = options;
    const parts = parseTemplate(text);
    this.#fields = parts.flatMap((part) => firstFields(part.path));
    this.#parts = compileParts(parts, {
      strict: !allowMissingKeys,
      allowShortLists,
    });
  }

  /**
   * Tests whether the template may read a field of the object.
   *
   * @param name The name of the field.
   * @returns Whether a path begins with it, or with something that selects any
   *   field, such as `*` or `..`.
   */
  mayRead(name: string): boolean {
    return this.#fields.some((field) => field === ANY || field === name);
  }

  /**
   * Returns the values that the template selects.
   *
   * @param object The object.
   * @returns A list for each text and each path, in order. Those in a range
   *   appear once per iteration.
   * @throws {Error} If a path cannot be evaluated, for example because an index
   *   is out of bounds or a string is compared with a number.
   */
  find(object: unknown): (readonly unknown[])[] {
    return this.#parts.flatMap((part) => part(object));
  }

  /**
   * Renders the template for an object, as `kubectl` prints it.
   *
   * @param object The object.
   * @returns The text. No line break is added.
   * @throws {Error} If a path cannot be evaluated.
   */
  render(object: unknown): string {
    return this.find(object)
      .map((values) => values.map(printed).join(" ")).join("");
  }
}

/** The fields of the object that a path may begin with. */
function firstFields([first]: Path): (string | typeof ANY)[] {
  switch (first?.type) {
    case "field":
      return [first.name];
    case "union":
      return first.branches.flatMap(firstFields);
    case undefined:
    case "text":
    case "constant":
      return [];
    default:
      return [ANY];
  }
}

function compileParts(
  parts: readonly Part[],
  options: EvaluationOptions,
): Render[] {
  return parts.map((part) => {
    const evaluate = compilePath(part.path, options);
    return part.type === "path"
      ? (value) => [evaluate([value])]
      : compileRange(evaluate, compileParts(part.body, options));
  });
}

function compileRange(
  evaluate: Evaluation,
  body: readonly Render[],
): Render {
  return (value) =>
    evaluate([value]).flatMap((element) =>
      // `kubectl` prints a null element of a range as `<no value>`.
      body.flatMap((part) => part(element ?? undefined))
    );
}

function printed(value: unknown): string {
  if (value === undefined) return "<no value>";
  if (value === null) return "null";
  return typeof value === "object" ? goJson(value) : goText(value);
}
