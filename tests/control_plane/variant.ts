/**
 * Which control plane the end-to-end tests run on: the version of
 * kube-apiserver, what stores its objects, and its feature gates. `deno task
 * test:e2e --kube 1.37.2 --store kine` sets it for all tests, by environment
 * variables; a test may choose for itself.
 *
 * @module
 */

/** The versions of kube-apiserver, the oldest supported one first. */
export const kubeVersions = ["1.36.1", "1.37.2"] as const;

/** One of {@linkcode kubeVersions}. */
export type KubeVersion = typeof kubeVersions[number];

/** What stores the objects. */
export const stores = ["etcd", "kine"] as const;

/** One of {@linkcode stores}: etcd, or kine over SQLite. */
export type Store = typeof stores[number];

/** A variant of the control plane. */
export interface Variant {
  /** The version of kube-apiserver. */
  readonly kube: KubeVersion;
  /** What stores the objects. */
  readonly store: Store;
  /** Feature gates of kube-apiserver: `AllBeta=true,AllAlpha=true`, or `""`. */
  readonly featureGates: string;
}

/**
 * Reads the variant from environment variables: `WATCHTOOLS_KUBE`,
 * `WATCHTOOLS_STORE` and `WATCHTOOLS_FEATURE_GATES`.
 *
 * @param env The environment variables.
 * @returns The variant; by default the oldest supported version with etcd and
 *   the default feature gates.
 * @throws {RangeError} If the version or the store is not one of the known
 *   ones.
 */
export function readVariant(
  env: Readonly<Record<string, string>> = Deno.env.toObject(),
): Variant {
  return {
    kube: choice("WATCHTOOLS_KUBE", env, kubeVersions),
    store: choice("WATCHTOOLS_STORE", env, stores),
    featureGates: env.WATCHTOOLS_FEATURE_GATES ?? "",
  };
}

/** Returns the value of a variable, by default the first one allowed. */
function choice<T extends string>(
  variable: string,
  env: Readonly<Record<string, string>>,
  allowed: readonly [T, ...T[]],
): T {
  const value = env[variable] ?? "";
  if (value === "") return allowed[0];
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot use ${variable}='${value}': choose one of ${allowed.join(", ")}`,
  );
}
