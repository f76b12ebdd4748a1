/**
 * The processes whose startup is measured, and their environment: a kubeconfig,
 * a server, and kubectl.
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

/** The command line of this package. */
export const CLI = "cli.ts wait";
/** kubectl with a filled discovery cache. */
export const KUBECTL_WARM = "kubectl wait";
/** kubectl with an empty discovery cache. */
export const KUBECTL_COLD = "kubectl wait, no cache";
/** A script that imports `mod.ts`. */
export const MOD = "script on mod.ts";
/** A script that imports `./client-node` and reads a kubeconfig. */
export const CLUSTER = "script on ./client-node";
/** A script that imports only client-node. */
export const CLIENT_NODE = "script on client-node";

const WAIT = ["wait", "deployment/web", "--for=condition=Available"];

/** The environment of the processes. */
interface Environment {
  denoOptions: readonly string[];
  directory: string;
  kubectl: string;
}

/** A process, and when it was started. */
interface Started {
  child: Deno.ChildProcess;
  startedAt: number;
}

/** Returns the command line of a process. */
type CommandLine = (environment: Environment) => Promise<string[]>;

const PEERS = new Map<string, CommandLine>([
  ["script without imports", script("_startup_fetch.ts")],
  [MOD, script("_startup_mod.ts")],
  [CLUSTER, script("_startup_cluster.ts")],
  [CLIENT_NODE, script("_startup_client_node.ts")],
  [CLI, script("../cli.ts", ...WAIT)],
  [
    KUBECTL_WARM,
    kubectl(({ directory }) => Promise.resolve(`${directory}/cache`)),
  ],
  [KUBECTL_COLD, kubectl(({ directory: dir }) => Deno.makeTempDir({ dir }))],
]);

/** The processes to measure. */
export class StartupPeers implements AsyncDisposable {
  readonly #environment: Environment;
  readonly #server: StartupServer;
  readonly #env: Record<string, string>;

  private constructor(
    environment: Environment,
    server: StartupServer,
    env: Record<string, string>,
  ) {
    this.#environment = environment;
    this.#server = server;
    this.#env = env;
  }

  /**
   * Prepares the environment without starting any process.
   *
   * @param denoOptions Options for the scripts.
   * @returns The processes.
   */
  static async prepare(denoOptions: readonly string[]): Promise<StartupPeers> {
    const kubectl = await findBinary("kubectl");
    const directory = await Deno.makeTempDir();
    const authority = await CertificateAuthority.create();
    const server = new StartupServer(await authority.issueServer());
    const token = generateToken();
    const caFile = `${directory}/ca.pem`;
    await Deno.writeTextFile(caFile, authority.certificate);
    const config = `${directory}/kubeconfig`;
    await Deno.writeTextFile(
      config,
      kubeconfig(server.url, token, caFile),
    );
    return new StartupPeers({ denoOptions, directory, kubectl }, server, {
      KUBECONFIG: config,
      // For the scripts that do not read a kubeconfig.
      DENO_CERT: caFile,
      SERVER: server.url,
      TOKEN: token,
    });
  }

  /** The names of the processes, in the order in which they run. */
  get names(): string[] {
    return [...PEERS.keys()];
  }

  /**
   * Runs a process to its end to fill its caches.
   *
   * @param name The name of the process.
   */
  async warmUp(name: string): Promise<void> {
    const { child } = await this.#spawn(name);
    // It fails, since the requested object does not exist.
    await child.output();
  }

  /**
   * Starts a process, and kills it at its first request.
   *
   * @param name The name of the process.
   * @returns The milliseconds from its start to its first request.
   * @throws {Error} If it ends before its first request.
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
    if (commandLine === undefined) throw new Error(`Unknown peer ${name}`);
    const [command = "", ...args] = await commandLine(this.#environment);
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

  /** Stops the server and removes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server[Symbol.dispose]();
    await Deno.remove(this.#environment.directory, { recursive: true });
  }
}

/** Returns a kubeconfig in YAML, as is common. */
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
  cacheDirectory: (environment: Environment) => Promise<string>,
): CommandLine {
  return async (environment) => [
    environment.kubectl,
    `--cache-dir=${await cacheDirectory(environment)}`,
    ...WAIT,
  ];
}
