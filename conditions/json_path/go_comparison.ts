/**
 * Compares values as Go's templates do: only values of the same kind. All
 * numbers are of one kind here, since JavaScript cannot distinguish `2.0` from
 * `2`; Go refuses to compare the two.
 *
 * @module
 */

import type { Operator } from "./nodes.ts";

/**
 * Compares two values.
 *
 * @param left The left operand.
 * @param operator The operator.
 * @param right The right operand.
 * @returns Whether the comparison holds.
 * @throws {TypeError} If the kinds of the operands cannot be compared.
 */
export function compare(
  left: unknown,
  operator: Operator,
  right: unknown,
): boolean {
  if (!isComparable(left) || !isComparable(right)) {
    throw new TypeError("invalid type for comparison");
  }
  if (kindOf(left) !== kindOf(right)) {
    throw new TypeError("incompatible types for comparison");
  }
  // A `bigint` and a `number` are never the same, but may be equal.
  if (operator === "==") return left == right;
  if (operator === "!=") return left != right;
  const order = orderOf(left, right);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function isComparable(value: unknown): boolean {
  return ["boolean", "number", "string"].includes(kindOf(value));
}

function kindOf(value: unknown): string {
  return isNumber(value) ? "number" : typeof value;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function orderOf(left: unknown, right: unknown): number {
  if (isNumber(left) && isNumber(right)) {
    return left == right ? 0 : left < right ? -1 : 1;
  }
  if (typeof left === "string" && typeof right === "string") {
    return left === right ? 0 : left < right ? -1 : 1;
  }
  throw new TypeError("invalid type for comparison");
}
