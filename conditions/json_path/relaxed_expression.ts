/**
 * The relaxed JSONPath expressions that `kubectl` accepts where it expects a
 * single path: in `wait`, `--sort-by` and custom columns.
 *
 * @module
 */

/**
 * Adds the braces and the leading dot to an expression if they are missing,
 * like `kubectl`'s `RelaxedJSONPathExpression`.
 *
 * @param expression The expression; must not be empty.
 * @returns The same path as a template.
 * @throws {SyntaxError} If the expression is not a single path.
 */
export function relaxedExpression(expression: string): string {
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match === null) {
    throw new SyntaxError(
      `Cannot parse JSONPath '${expression}': unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    );
  }
  return `{.${match[1] ?? match[2]}}`;
}
