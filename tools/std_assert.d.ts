/**
 * The types of `@std/assert` for the npm package that replaces it, which is
 * untyped JavaScript. The signatures are those of `jsr:@std/assert@1`, so that
 * code type-checks with either.
 *
 * @module
 */

/** The error of a failed assertion. */
export class AssertionError extends Error {
  /** Creates the error. */
  constructor(message: string, options?: ErrorOptions);
}

/** An array-like object, but not a string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** A class whose instances {@linkcode assertInstanceOf} accepts. */
export type AnyConstructor = abstract new (...args: never[]) => unknown;

/** The type of a constructor's instances. */
export type GetConstructorType<T extends AnyConstructor> = T extends
  abstract new (...args: never[]) => infer C ? C
  : never;

/** The falsy values, to which {@linkcode assertFalse} narrows. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** An error class, possibly abstract. */
type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** Fails unless the two numbers are closer than the tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;

/** Fails unless the array includes all expected elements. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void;

/** Fails unless the expression is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr;

/** Fails unless the values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;

/** Fails if the value is null or undefined. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T>;

/** Fails unless the expression is falsy. */
export function assertFalse(
  expr: unknown,
  msg?: string,
): asserts expr is Falsy;

/** Fails unless the first is greater than the second. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void;

/** Fails if the first is less than the second. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;

/** Fails unless the value is an instance of the class. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is GetConstructorType<T>;

/** Fails unless the value is an error of the class whose message matches. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E;

/** Fails unless the first is less than the second. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void;

/** Fails if the first is greater than the second. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;

/** Fails unless the pattern matches the string. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void;

/** Fails if the two are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;

/** Fails if the value is an instance of the class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T>;

/** Fails if the pattern matches the string. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void;

/** Fails if the two are the same by `Object.is`. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;

/** Fails unless the object contains the expected properties, recursively. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;

/** Fails unless the promise rejects; returns the reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless the promise rejects with a matching error; returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;

/** Fails unless the values are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;

/** Fails unless the string contains the expected one. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void;

/** Fails unless the function throws; returns the thrown value. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws a matching error; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;

/** Returns whether two values are deeply equal. */
export function equal(a: unknown, b: unknown): boolean;

/** Fails. */
export function fail(msg?: string): never;

/** Fails because the function is not implemented. */
export function unimplemented(msg?: string): never;

/** Fails because unreachable code was reached. */
export function unreachable(msg?: string): never;
