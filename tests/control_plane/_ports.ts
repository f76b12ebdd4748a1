/**
 * Ports on loopback for servers that are told theirs on the command line. They
 * are drawn below the range from which systems take the ports of outgoing
 * connections (32768 and up on Linux, 49152 and up elsewhere): in that range a
 * client that keeps trying to reach a server that is down can be given the
 * server's own port, connects to itself, and the server cannot start again.
 */

import { ProcessError } from "./processes.ts";

const first = 20_000;
const last = 29_999;

/** Ports of a control plane. */
export interface Ports {
  /** etcd, for clients. */
  etcd: number;
  /** etcd, for peers it does not have. */
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

/** Whose port it is. */
const processes: Readonly<Record<string, string>> = {
  etcdPeer: "etcd",
  apiserver: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
};

/**
 * Ports for a control plane.
 *
 * @param given Those that must be these.
 * @returns All of them, free a moment ago.
 * @throws {ProcessError} If one that is given is in use.
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

/** A port that is not taken yet, and is from now on. */
function freePort(taken: Set<number>): number {
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

/** Whether a server could listen on a port of loopback. */
function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
