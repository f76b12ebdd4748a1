/**
 * A JSONPath template of `kubectl`'s: what `-o jsonpath=…` prints with.
 *
 * The dialect is that of client-go's
 * [`jsonpath`](https://pkg.go.dev/k8s.io/client-go/util/jsonpath). Parsing it
 * is ours (`_json_path_parser.ts`), since no library reads it; looking into
 * objects is a library's (`_json_path_evaluator.ts`).
 *
 * @module
 */

import {
  compilePath,
  type Evaluation,
  type EvaluationOptions,
} from "./evaluator.ts";
import type { Part } from "./nodes.ts";
import { parseTemplate } from "./parser.ts";
import { goJson, goText } from "../../internal/go_value.ts";

/** Options for {@linkcode JsonPathTemplate}. */
export interface JsonPathTemplateOptions {
  /**
   * Whether a key may be missing; if not, it is an error, as with
   * `--allow-missing-template-keys=false`.
   *
   * @default {true}
   */
  allowMissingKeys?: boolean | undefined;
}

type Render = (value: unknown) => (readonly unknown[])[];

/** A template that is ready to be used on any object. */
export class JsonPathTemplate {
  readonly #parts: readonly Render[];

  /**
   * Parses a template.
   *
   * @param text The template: `"{.metadata.name}"`.
   * @param options What is an error.
   * @throws {SyntaxError} If it is none; the message says where.
   */
  constructor(text: string, options: JsonPathTemplateOptions = {}) {
    const { allowMissingKeys = true } = options;
    this.#parts = compileParts(parseTemplate(text), {
      strict: !allowMissingKeys,
    });
  }

  /**
   * What the parts of the template lead to.
   *
   * @param object The object.
   * @returns A list for each text and each path, in order; those within a
   *   range as often as it goes round.
   * @throws {Error} If a path cannot be followed: an index out of bounds, a
   *   comparison of a text with a number.
   */
  find(object: unknown): (readonly unknown[])[] {
    return this.#parts.flatMap((part) => part(object));
  }

  /**
   * What `kubectl` prints for an object.
   *
   * @param object The object.
   * @returns The text, without a line end that is not in the template.
   * @throws {Error} If a path cannot be followed.
   */
  render(object: unknown): string {
    return this.find(object)
      .map((values) => values.map(printed).join(" ")).join("");
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
      // What goes round as null is no value within, as `kubectl` prints it.
      body.flatMap((part) => part(element ?? undefined))
    );
}

function printed(value: unknown): string {
  if (value === undefined) return "<no value>";
  if (value === null) return "null";
  return typeof value === "object" ? goJson(value) : goText(value);
}
