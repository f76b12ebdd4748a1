/**
 * Loopback ports for servers whose ports are set on the command line. They are
 * chosen below the range of ephemeral ports (32768 and up on Linux, 49152 and
 * up elsewhere). Otherwise, a client that keeps retrying a stopped server could
 * be assigned the server's own port and connect to itself, and the server could
 * not start again.
 */

import { ProcessError } from "./processes.ts";

const first = 20_000;
const last = 29_999;

/** The ports of a control plane. */
export interface Ports {
  /** etcd, for clients. */
  etcd: number;
  /** etcd, for peers. There are none, but the flag is required. */
  etcdPeer: number;
  /** kube-apiserver. */
  apiserver: number;
  /** kube-controller-manager. */
  controllerManager: number;
  /** kube-scheduler. */
  scheduler: number;
  /** kwok. */
  kwok: number;
}

/** The program that uses each port. */
const processes: Readonly<Record<string, string>> = {
  etcdPeer: "etcd",
  apiserver: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
};

/**
 * Chooses ports for a control plane.
 *
 * @param given Fixed ports.
 * @returns All ports. They are free, but may be taken before they are used.
 * @throws {ProcessError} If a fixed port is in use.
 */
export function choosePorts(given: Partial<Ports>): Ports {
  const taken = new Set<number>();
  for (const [key, port] of Object.entries(given)) {
    if (!taken.has(port) && isFree(port)) {
      taken.add(port);
      continue;
    }
    const name = processes[key] ?? key;
    throw new ProcessError(
      name,
      `Cannot start ${name}: port ${port} of 127.0.0.1 is in use: ` +
        "choose another one, or none",
      "",
    );
  }
  return {
    etcd: freePort(taken),
    etcdPeer: freePort(taken),
    apiserver: freePort(taken),
    controllerManager: freePort(taken),
    scheduler: freePort(taken),
    kwok: freePort(taken),
    ...given,
  };
}

/**
 * Reserves a port that has not been chosen before.
 *
 * @param taken The ports that have been; the new one is added.
 * @returns The port, which is free, but may be taken before it is used.
 */
export function freePort(taken: Set<number>): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (taken.has(port) || !isFree(port)) continue;
    taken.add(port);
    return port;
  }
  throw new Error(
    `Cannot find a free port on 127.0.0.1 between ${first} and ${last}`,
  );
}

/** Returns whether a server can listen on a loopback port. */
function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
