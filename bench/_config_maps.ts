/**
 * ConfigMaps of 5 KB on a real kube-apiserver, and its version.
 *
 * @module
 */

import { ControlPlane } from "../tests/control_plane/control_plane.ts";

const WRITERS = 10;

/**
 * Starts a control plane.
 *
 * @param version The version of kube-apiserver: `1.36.1`. By default any.
 * @returns The control plane.
 * @throws {RangeError} If it is of another version.
 */
export async function startPlane(
  version: string | undefined,
): Promise<ControlPlane> {
  // Read by the control plane, which builds that version.
  if (version !== undefined) Deno.env.set("WATCHTOOLS_KUBE", version);
  const plane = await ControlPlane.start();
  const found = await versionOf(plane);
  if (version === undefined || found === version) return plane;
  await plane[Symbol.asyncDispose]();
  throw new RangeError(`kube-apiserver is ${found}, and not ${version}`);
}

/**
 * Asks a server for its version.
 *
 * @param plane The control plane of the server.
 * @returns The version, such as `1.36.1`.
 */
export async function versionOf(plane: ControlPlane): Promise<string> {
  const { gitVersion } = await plane.request("GET", "/version");
  return String(gitVersion).replace(/^v/, "");
}

/**
 * Returns the path of the ConfigMaps of a namespace.
 *
 * @param namespace The namespace.
 * @returns The path.
 */
export function configMapsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

/**
 * Creates ConfigMaps, and the namespace for them if it is not `default`.
 *
 * @param plane The control plane.
 * @param namespace The namespace.
 * @param count Their number.
 */
export async function createConfigMaps(
  plane: ControlPlane,
  namespace: string,
  count: number,
): Promise<void> {
  if (namespace !== "default") {
    const metadata = { name: namespace };
    await plane.request("POST", "/api/v1/namespaces", { metadata });
  }
  let next = 0;
  const write = async () => {
    for (let number = next++; number < count; number = next++) {
      await plane.request("POST", configMapsPath(namespace), {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `map-${number}` },
        data: { text: textOf(number) },
      });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

/** As configuration is: words that differ from object to object. */
function textOf(number: number): string {
  return Array.from(
    { length: 100 },
    (_, line) => `setting.${line}.of.${number} = ${Math.sin(number + line)}`,
  ).join("\n").padEnd(4_800, ".");
}
