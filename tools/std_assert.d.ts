/**
 * The types of `@std/assert`, for the untyped JavaScript of the npm package
 * that stands in for it. The signatures are those of `jsr:@std/assert@1`, so
 * that what type checks here type checks there.
 *
 * @module
 */

/** Why an assertion failed. */
export class AssertionError extends Error {
  /** Makes the error, with what caused it if anything did. */
  constructor(message: string, options?: ErrorOptions);
}

/** What has elements and a length, strings aside. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** A class whose instances {@linkcode assertInstanceOf} accepts. */
export type AnyConstructor = abstract new (...args: never[]) => unknown;

/** The type that a constructor makes. */
export type GetConstructorType<T extends AnyConstructor> = T extends
  abstract new (...args: never[]) => infer C ? C
  : never;

/** What {@linkcode assertFalse} leaves of a type. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** An error class, abstract or not, as the throwing assertions take it. */
type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** Fails unless the two numbers are closer than the tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;

/** Fails unless every expected element is somewhere in the actual ones. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void;

/** Fails unless the expression is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr;

/** Fails unless the two are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;

/** Fails where the value is null or undefined. */
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

/** Fails where the first is less than the second. */
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

/** Fails unless the value is an error of the class and says the words. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E;

/** Fails unless the first is less than the second. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void;

/** Fails where the first is greater than the second. */
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

/** Fails where the two are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;

/** Fails where the value is an instance of the class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T>;

/** Fails where the pattern matches the string. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void;

/** Fails where the two are the same by `Object.is`. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void;

/** Fails unless the first has, deeply, everything that the second has. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;

/** Fails unless the promise rejects; gives what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless the promise rejects with such an error; gives that error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;

/** Fails unless the two are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;

/** Fails unless the first string has the second in it. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void;

/** Fails unless the function throws; gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws such an error; gives that error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;

/** Whether the two are deeply equal. */
export function equal(a: unknown, b: unknown): boolean;

/** Fails. */
export function fail(msg?: string): never;

/** Fails: what was called is not written yet. */
export function unimplemented(msg?: string): never;

/** Fails: this place was taken for one that is never reached. */
export function unreachable(msg?: string): never;
