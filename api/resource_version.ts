/**
 * The order of resource versions.
 *
 * Versions are compared as text: they are numbers of up to 64 bits today and
 * may grow, and a JavaScript number is exact only up to 53. Without leading
 * zeros the longer one is the greater, and equal lengths compare by code unit.
 *
 * @module
 */

const POSITIVE_DECIMAL = /^[1-9][0-9]*$/;

/**
 * Compares two resource versions of one resource, as client-go's
 * [`resourceversion.CompareResourceVersion`](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/resourceversion#CompareResourceVersion).
 *
 * Only versions of the same resource on the same cluster can be compared.
 * `""` and `"0"`, which mean "any version" in a request, are not versions.
 *
 * @param a One resource version.
 * @param b The other one.
 * @returns -1 if `a` is older than `b`, 1 if it is newer, 0 if they are equal.
 * @throws {TypeError} If one of them is not a positive decimal integer without
 *   leading zeros.
 *
 * @example Is the cache as new as my write?
 * ```ts
 * import { compareResourceVersions } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(compareResourceVersions("9", "10"), -1);
 * assertEquals(compareResourceVersions("10", "10"), 0);
 * ```
 */
export function compareResourceVersions(a: string, b: string): -1 | 0 | 1 {
  checkResourceVersion(a);
  checkResourceVersion(b);
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function checkResourceVersion(version: string): void {
  if (typeof version === "string" && POSITIVE_DECIMAL.test(version)) return;
  throw new TypeError(
    `Cannot compare resource version ${
      JSON.stringify(version)
    }: it is not a positive decimal integer without leading zeros`,
  );
}
