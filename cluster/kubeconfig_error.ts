/**
 * What is wrong with a kubeconfig.
 *
 * @module
 */

/**
 * A kubeconfig cannot be used: it is missing, malformed, or asks for something
 * that is not there or not possible here. The message is one line that says
 * what and where, without any credential; no `cause` is kept, since what
 * parsers throw quotes what they parse.
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
