/**
 * The error for an invalid kubeconfig.
 *
 * @module
 */

/**
 * A kubeconfig cannot be used: it is missing, malformed, or refers to something
 * that does not exist or is not supported. The message is a single line that
 * says what is wrong and where, without any credential. There is no `cause`,
 * because the errors of parsers quote their input.
 *
 * @example A context that does not exist
 * ```ts
 * import { Cluster, KubeconfigError } from "@watchtools/kube/cluster";
 * import { assertThrows } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, '{"contexts":[{"name":"dev"}]}');
 * assertThrows(
 *   () => Cluster.fromDefault({ kubeconfig: path, context: "deb" }),
 *   KubeconfigError,
 *   "did you mean dev?",
 * );
 * await Deno.remove(path);
 * ```
 */
export class KubeconfigError extends Error {
  /** `"KubeconfigError"`. */
  override readonly name: string = "KubeconfigError";
}
