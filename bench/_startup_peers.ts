/**
 * The processes whose start is measured, and what they need: a kubeconfig, a
 * server, and kubectl.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  CertificateAuthority,
  generateToken,
} from "../tests/control_plane/credentials.ts";
import { findBinary } from "../tests/control_plane/binaries.ts";
import { StartupServer } from "./_startup_server.ts";

/** This library's command line. */
export const CLI = "cli.ts wait";
/** kubectl, which has asked the server for its resources before. */
export const KUBECTL_WARM = "kubectl wait";
/** kubectl, which asks the server for the first time. */
export const KUBECTL_COLD = "kubectl wait, no cache";
/** A script on `mod.ts`. */
export const MOD = "script on mod.ts";
/** A script on `./client-node`, which reads a kubeconfig. */
export const CLUSTER = "script on ./client-node";
/** A script on client-node alone. */
export const CLIENT_NODE = "script on client-node";

const WAIT = ["wait", "deployment/web", "--for=condition=Available"];

/** What the processes need. */
interface Surroundings {
  denoOptions: readonly string[];
  folder: string;
  kubectl: string;
}

/** A process, and when that was. */
interface Started {
  child: Deno.ChildProcess;
  startedAt: number;
}

/** The command line of one of the processes. */
type CommandLine = (surroundings: Surroundings) => Promise<string[]>;

const PEERS = new Map<string, CommandLine>([
  ["script without imports", script("_startup_fetch.ts")],
  [MOD, script("_startup_mod.ts")],
  [CLUSTER, script("_startup_cluster.ts")],
  [CLIENT_NODE, script("_startup_client_node.ts")],
  [CLI, script("../cli.ts", ...WAIT)],
  [KUBECTL_WARM, kubectl(({ folder }) => Promise.resolve(`${folder}/cache`))],
  [KUBECTL_COLD, kubectl(({ folder: dir }) => Deno.makeTempDir({ dir }))],
]);

/** The processes. */
export class StartupPeers implements AsyncDisposable {
  readonly #surroundings: Surroundings;
  readonly #server: StartupServer;
  readonly #env: Record<string, string>;

  private constructor(
    surroundings: Surroundings,
    server: StartupServer,
    env: Record<string, string>,
  ) {
    this.#surroundings = surroundings;
    this.#server = server;
    this.#env = env;
  }

  /**
   * Prepares what they need, and starts none of them.
   *
   * @param denoOptions Options for those that are scripts.
   * @returns They.
   */
  static async prepare(denoOptions: readonly string[]): Promise<StartupPeers> {
    const kubectl = await findBinary("kubectl");
    const folder = await Deno.makeTempDir();
    const authority = await CertificateAuthority.create();
    const server = new StartupServer(await authority.issueServer());
    const token = generateToken();
    const caFile = `${folder}/ca.pem`;
    await Deno.writeTextFile(caFile, authority.certificate);
    const config = `${folder}/kubeconfig`;
    await Deno.writeTextFile(
      config,
      kubeconfig(server.url, token, caFile),
    );
    return new StartupPeers({ denoOptions, folder, kubectl }, server, {
      KUBECONFIG: config,
      // For the scripts that read no kubeconfig.
      DENO_CERT: caFile,
      SERVER: server.url,
      TOKEN: token,
    });
  }

  /** The names of all, in the order in which they take turns. */
  get names(): string[] {
    return [...PEERS.keys()];
  }

  /**
   * Runs one to its end, so that it finds all caches filled from then on.
   *
   * @param name Which.
   */
  async warmUp(name: string): Promise<void> {
    const { child } = await this.#spawn(name);
    // It fails, since what it asks for is not there.
    await child.output();
  }

  /**
   * Starts one, and ends it at its first request.
   *
   * @param name Which.
   * @returns Milliseconds from the one to the other.
   * @throws {Error} If it ends before.
   */
  async measure(name: string): Promise<number> {
    const request = this.#server.next();
    const { child, startedAt } = await this.#spawn(name);
    const ended = child.output();
    const first = await Promise.race([request, ended]);
    if (!("at" in first)) {
      const text = new TextDecoder().decode(first.stderr);
      throw new Error(`${name} ended before its first request: ${text}`);
    }
    child.kill("SIGKILL");
    await ended;
    return first.at - startedAt;
  }

  async #spawn(name: string): Promise<Started> {
    const commandLine = PEERS.get(name);
    if (commandLine === undefined) throw new Error(`There is no ${name}`);
    const [command = "", ...args] = await commandLine(this.#surroundings);
    const startedAt = performance.now();
    const child = new Deno.Command(command, {
      args,
      env: this.#env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return { child, startedAt };
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server[Symbol.dispose]();
    await Deno.remove(this.#surroundings.folder, { recursive: true });
  }
}

/** As people have them: YAML. */
function kubeconfig(server: string, token: string, caFile: string): string {
  return `apiVersion: v1
kind: Config
current-context: bench
contexts:
- name: bench
  context:
    cluster: bench
    user: bench
clusters:
- name: bench
  cluster:
    server: ${server}
    certificate-authority: ${caFile}
users:
- name: bench
  user:
    token: ${token}
`;
}

function script(name: string, ...args: string[]): CommandLine {
  return ({ denoOptions }) =>
    Promise.resolve([
      Deno.execPath(),
      "run",
      "-A",
      ...denoOptions,
      fileURLToPath(new URL(name, import.meta.url)),
      ...args,
    ]);
}

function kubectl(
  cacheFolder: (surroundings: Surroundings) => Promise<string>,
): CommandLine {
  return async (surroundings) => [
    surroundings.kubectl,
    `--cache-dir=${await cacheFolder(surroundings)}`,
    ...WAIT,
  ];
}
