/**
 * The JSONPath expressions that `kubectl` takes where only one path makes
 * sense: in `wait`, `--sort-by` and custom columns.
 *
 * @module
 */

/**
 * Puts the braces and the leading dot to an expression that may lack them, as
 * `kubectl`'s `RelaxedJSONPathExpression`.
 *
 * @param expression The expression, not empty.
 * @returns The same path as a template.
 * @throws {SyntaxError} If it is not one path.
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
