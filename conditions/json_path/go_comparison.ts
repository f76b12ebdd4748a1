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
  if (typeof left !== typeof right) {
    throw new TypeError("incompatible types for comparison");
  }
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
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
  return ["boolean", "number", "string"].includes(typeof value);
}

function orderOf(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") {
    return left - right;
  }
  if (typeof left === "string" && typeof right === "string") {
    return left === right ? 0 : left < right ? -1 : 1;
  }
  throw new TypeError("invalid type for comparison");
}
