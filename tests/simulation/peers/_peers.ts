/**
 * The peers, and how their programs are started. Each is left out where what it
 * needs is not installed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  installPackages,
  run,
  runtimePackage,
} from "../../support/npm_installation.ts";
import type { Contract } from "./_account.ts";

/** The versions that are compared. */
const PACKAGES = [
  "@kubernetes/client-node@2.0.1",
  "kubernetes-fluent-client@3.11.6",
];

/** A peer whose program can be started. */
export interface Peer {
  /** Its printed name. */
  readonly name: string;
  /** What it promises. */
  readonly contract: Contract;
  /** The program and its arguments. */
  readonly command: readonly string[];
}

/** The peers of one language. */
interface Family {
  /** What must be installed. */
  readonly needs: string;
  /** Builds or installs the program. */
  readonly prepare: () => Promise<readonly string[]>;
  /** The peers: the last argument of the program is that of each. */
  readonly peers: readonly (Omit<Peer, "command"> & { argument: string })[];
}

const FAMILIES: readonly Family[] = [
  {
    needs: "Deno",
    prepare: () =>
      Promise.resolve([
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-check",
        "-A",
        pathOf("_our_program.ts"),
      ]),
    peers: [
      {
        name: "watchtools RetryWatcher",
        contract: "each change",
        argument: "RetryWatcher",
      },
      {
        name: "watchtools informer",
        contract: "last state",
        argument: "informer",
      },
    ],
  },
  {
    needs: "npm",
    prepare: prepareNode,
    peers: [
      {
        name: "client-node Watch",
        contract: "each change",
        argument: "Watch",
      },
      {
        name: "client-node informer",
        contract: "last state",
        argument: "informer",
      },
      {
        name: "kubernetes-fluent-client Watch",
        contract: "last state",
        argument: "fluent",
      },
    ],
  },
  {
    needs: "Go",
    prepare: prepareGo,
    peers: [
      {
        name: "client-go RetryWatcher",
        contract: "each change",
        argument: "retrywatcher",
      },
      {
        name: "client-go informer",
        contract: "last state",
        argument: "informer",
      },
    ],
  },
];

/**
 * Prepares the programs of all peers.
 *
 * @param report Called with a line for each family that is left out.
 * @returns The peers that can be run.
 * @throws {Error} If something that is installed cannot be built.
 */
export async function preparePeers(
  report: (line: string) => void,
): Promise<Peer[]> {
  const prepared: Peer[] = [];
  for (const { needs, prepare, peers } of FAMILIES) {
    try {
      const program = await prepare();
      for (const { name, contract, argument } of peers) {
        prepared.push({ name, contract, command: [...program, argument] });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const names = peers.map(({ name }) => name).join(", ");
      report(`${names}: left out, since ${needs} is not installed`);
    }
  }
  return prepared;
}

async function prepareNode(): Promise<readonly string[]> {
  const [node, executable] = runtimePackage("node");
  const directory = await installPackages([`${node}@^24`, ...PACKAGES]);
  const program = `${directory}/peers-${Deno.pid}.mjs`;
  await run(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--no-lock",
    "--external=@kubernetes/client-node",
    `--output=${program}`,
    pathOf("_node_program.ts"),
  ]);
  globalThis.addEventListener("unload", () => Deno.removeSync(program));
  return [`${directory}/node_modules/${node}/bin/${executable}`, program];
}

async function prepareGo(): Promise<readonly string[]> {
  const base = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME")}/.cache`;
  const program = `${base}/watchtools/peers_go/peers`;
  const directory = pathOf("client_go/");
  await run("go", ["build", "-C", directory, "-o", program, "."]);
  return [program];
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
