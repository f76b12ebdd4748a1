/**
 * A real Kubernetes control plane for a test, on free loopback ports: etcd or
 * kine, kube-apiserver, and, with workloads, kube-controller-manager, kube-scheduler
 * and kwok with one fake node. It ends with the `await using` scope, or with
 * this process.
 *
 * It starts, stops and changes the control plane, and waits only for its own
 * components. It does not use the library under test.
 *
 * @module
 */

import { textField } from "../../internal/json_fields.ts";
import {
  type AccountToken,
  type Grant,
  grant,
  type GrantOptions,
  issueToken,
  type TokenOptions,
} from "./_access.ts";
import {
  auditPolicy,
  type OpenedWatch,
  readOpenedWatches,
} from "./_audit_log.ts";
import { type Binary, findBinary } from "./binaries.ts";
import {
  apiserver,
  type ComponentSettings,
  controllerManager,
  etcd,
  files,
  frontProxyName,
  kine,
  kineCompaction,
  kwok,
  scheduler,
} from "./_components.ts";
import { CertificateAuthority, generateSigningKey } from "./credentials.ts";
import { fakeNode, nodeName, takesPods } from "./fake_node.ts";
import {
  JsonClient,
  type JsonObject,
  type RequestOptions,
} from "./json_client.ts";
import { keepLogs } from "./kept_logs.ts";
import { choosePorts, type Ports } from "./_ports.ts";
import {
  type ManagedProcess,
  ProcessError,
  ProcessGroup,
  type ProcessOptions,
} from "./processes.ts";
import { type ProgramOutput, runProgram } from "./run_program.ts";
import {
  admin,
  type ClientConfig,
  kubeconfig,
  type PlaneUser,
  Users,
} from "./_users.ts";
import { readVariant, type Store } from "./variant.ts";

export { RequestError } from "./json_client.ts";
export type { JsonMetadata, JsonObject } from "./json_client.ts";
export type { OpenedWatch } from "./_audit_log.ts";
export type { ProgramOutput } from "./run_program.ts";
export type { Ports } from "./_ports.ts";
export type { ClientConfig, PlaneUser } from "./_users.ts";
export type {
  AccountToken,
  Grant,
  GrantOptions,
  TokenOptions,
} from "./_access.ts";
export { ProcessError, type RequestOptions };

/** Options for {@linkcode ControlPlane.start}. */
export interface ControlPlaneOptions {
  /** Users in addition to `admin`, without any permissions. */
  users?: readonly PlaneUser[] | undefined;
  /** Whether pods run and Deployments roll out. @default {false} */
  workloads?: boolean | undefined;
  /** Fixed ports. @default {free ports} */
  ports?: Partial<Ports> | undefined;
  /** Programs to run instead of the default ones. */
  programs?: { readonly [Name in Binary]?: string } | undefined;
  /** Whether to record the watches that clients open. @default {false} */
  recordWatches?: boolean | undefined;
  /** What stores the objects. @default {that of the variant, or etcd} */
  store?: Store | undefined;
  /** Additional flags for kine, if it stores the objects. */
  kineFlags?: readonly string[] | undefined;
  /**
   * Whether requests can be passed on to other API servers, which then trust
   * the user that kube-apiserver names. @default {false}
   */
  aggregation?: boolean | undefined;
  /** Additional flags for kube-apiserver. */
  apiserverFlags?: readonly string[] | undefined;
  /** How long each component may take to become ready. @default {180_000} */
  readyTimeoutMs?: number | undefined;
}

/** Options for connecting to a control plane as a user. */
export interface ClientOptions {
  /** A URL to use instead of the server's, such as a proxy's. */
  server?: string | undefined;
}

/** Options for {@linkcode ControlPlane.kubectl}. */
export interface KubectlOptions extends ClientOptions {
  /** The user. @default {"admin"} */
  user?: string | undefined;
  /** Terminates kubectl (SIGTERM); its output so far is returned. */
  signal?: AbortSignal | undefined;
  /** Called with each chunk of standard output. */
  onStdout?: ((text: string) => void) | undefined;
}

/** Options for {@linkcode ControlPlane.stopApiserver}. */
export interface StopOptions {
  /** The signal; on SIGTERM, watches are closed first. @default {"SIGTERM"} */
  signal?: "SIGTERM" | "SIGKILL" | undefined;
}

const portTries = 3;
const ownService = "/api/v1/namespaces/default/services/kubernetes";
const anyList = "/api/v1/namespaces/default/configmaps";
const defaultAccount = "/api/v1/namespaces/default/serviceaccounts/default";

/** A running control plane. */
export class ControlPlane implements AsyncDisposable {
  readonly #settings: ComponentSettings;
  readonly #group: ProcessGroup;
  readonly #users: Users;
  readonly #options: ControlPlaneOptions;
  readonly #client: JsonClient;
  readonly #etcd: JsonClient;
  #apiserver: ManagedProcess | undefined;
  #store: ManagedProcess | undefined;

  private constructor(
    settings: ComponentSettings,
    group: ProcessGroup,
    users: Users,
    options: ControlPlaneOptions,
  ) {
    this.#settings = settings;
    this.#group = group;
    this.#users = users;
    this.#options = options;
    this.#client = new JsonClient(this.client());
    this.#etcd = new JsonClient({
      server: `http://127.0.0.1:${settings.ports.etcd}`,
    });
  }

  /**
   * Starts a control plane.
   *
   * @param options The users, components and flags.
   * @returns The control plane, with all components ready.
   * @throws {BinaryUnavailableError} If a program is missing.
   * @throws {ProcessError} If a component does not become ready. Nothing is
   *   left running.
   */
  static async start(
    options: ControlPlaneOptions = {},
  ): Promise<ControlPlane> {
    for (let attempt = 1;; attempt++) {
      try {
        return await ControlPlane.#startOnce(options);
      } catch (error) {
        // A free port may be taken before its server listens on it.
        if (attempt >= portTries || !isPortTaken(error)) throw error;
      }
    }
  }

  static async #startOnce(
    options: ControlPlaneOptions,
  ): Promise<ControlPlane> {
    const { workloads = false, recordWatches = false, users = [] } = options;
    const { aggregation = false, apiserverFlags = [], kineFlags = [] } =
      options;
    const ports = choosePorts(options.ports ?? {});
    const group = await ProcessGroup.create();
    await using stack = new AsyncDisposableStack();
    stack.use(group);
    const { directory } = group;
    const settings = {
      ports,
      directory,
      workloads,
      recordWatches,
      aggregation,
      featureGates: readVariant().featureGates,
      apiserverFlags,
      kineFlags,
    };
    const credentials = await writeCredentials(directory, [admin, ...users]);
    if (recordWatches) {
      await Deno.writeTextFile(
        `${directory}/${files.auditPolicy}`,
        JSON.stringify(auditPolicy),
      );
    }
    if (aggregation) await writeFrontProxy(directory);
    const plane = new ControlPlane(settings, group, credentials, options);
    stack.move();
    try {
      await plane.#startParts();
      return plane;
    } catch (error) {
      await plane.#abandon();
      throw error;
    }
  }

  /** The URL of kube-apiserver. */
  get server(): string {
    return `https://127.0.0.1:${this.#settings.ports.apiserver}`;
  }

  /** The port of kube-apiserver, for a proxy in front of it. */
  get port(): number {
    return this.#settings.ports.apiserver;
  }

  /** What stores the objects. */
  get store(): Store {
    return this.#options.store ?? readVariant().store;
  }

  /** The URL of etcd, or of kine in its place. */
  get storeUrl(): string {
    return `http://127.0.0.1:${this.#settings.ports.etcd}`;
  }

  /** A directory for files, which is removed with the control plane. */
  get directory(): string {
    return this.#group.directory;
  }

  /**
   * Returns what a client needs to connect as a user.
   *
   * @param user One of the users of the control plane.
   * @param options The URL to use.
   * @returns The URL and credentials, as text and as files.
   * @throws {TypeError} If the user does not exist.
   */
  client(user: string = admin.name, options: ClientOptions = {}): ClientConfig {
    return this.#users.client(user, options.server ?? this.server);
  }

  /**
   * Sends a request as the administrator.
   *
   * @param method The HTTP method; PATCH sends a merge patch.
   * @param path The path and query.
   * @param body The body, sent as JSON.
   * @param options Another token, and a signal.
   * @returns The body of the response.
   * @throws {RequestError} If the status is not 2xx.
   */
  async request(
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    return await this.#client.request(method, path, body, options);
  }

  /**
   * Writes a kubeconfig file.
   *
   * @param user The user.
   * @param options The URL to use.
   * @returns The path of the file.
   */
  async kubeconfig(
    user: string = admin.name,
    options: ClientOptions = {},
  ): Promise<string> {
    const path = await Deno.makeTempFile({
      dir: this.directory,
      prefix: "kubeconfig-",
    });
    await Deno.writeTextFile(path, kubeconfig(this.client(user, options)));
    return path;
  }

  /**
   * Runs kubectl to completion.
   *
   * @param args The arguments.
   * @param options The user, and a signal to terminate it.
   * @returns The result; a failure does not throw.
   */
  async kubectl(
    args: readonly string[],
    options: KubectlOptions = {},
  ): Promise<ProgramOutput> {
    const { user, server, signal, onStdout } = options;
    return await runProgram(await this.#program("kubectl"), args, {
      env: {
        // HOME: kubectl caches discovery there.
        HOME: this.directory,
        KUBECONFIG: await this.kubeconfig(user, { server }),
      },
      signal,
      onStdout,
    });
  }

  /**
   * Restarts kube-apiserver on the same port. Its watch cache then starts at
   * the latest version: a watcher that has not seen all earlier writes gets a
   * 410. kube-apiserver itself writes nothing; with workloads, other components
   * do.
   *
   * @param options The signal to stop it with.
   */
  async restartApiserver(options: StopOptions = {}): Promise<void> {
    await this.stopApiserver(options);
    await this.startApiserver();
  }

  /**
   * Stops kube-apiserver and waits until it has ended.
   *
   * @param options The signal to send.
   */
  async stopApiserver(options: StopOptions = {}): Promise<void> {
    const { signal = "SIGTERM" } = options;
    await this.#apiserver?.stop(signal);
    this.#client.reset();
  }

  /** Starts kube-apiserver and waits until it is ready. */
  async startApiserver(): Promise<void> {
    await this.#startApiserver();
  }

  /**
   * Kills what stores the objects, under the running kube-apiserver.
   *
   * @param options The signal to send.
   */
  async stopStore(options: StopOptions = {}): Promise<void> {
    await this.#store?.stop(options.signal ?? "SIGKILL");
    this.#etcd.reset();
  }

  /** Starts what stores the objects again, on the same port and data. */
  async startStore(): Promise<void> {
    await this.#startStore();
  }

  /**
   * Stops kube-apiserver and its store and starts both with an empty store, as
   * if the cluster had been restored from its first backup: nothing that
   * existed does any more, and versions count from 1 again.
   */
  async wipeEtcd(): Promise<void> {
    await this.stopApiserver({ signal: "SIGKILL" });
    await this.stopStore();
    const data = this.store === "kine" ? files.kineData : files.etcdData;
    await Deno.remove(`${this.directory}/${data}`, { recursive: true });
    await this.#startStore();
    const server = await this.#startApiserver();
    await this.#appears(server, ownService);
  }

  /**
   * Compacts the store up to the current revision. kube-apiserver still serves
   * earlier versions from its watch cache until it is restarted.
   *
   * @returns The version up to which the history is discarded.
   */
  async compactEtcd(): Promise<string> {
    if (this.store === "kine") return await this.#compactKine();
    const range = await this.#etcd.request("POST", "/v3/kv/range", {
      key: btoa("\0"),
    });
    const revision = revisionOf(range.header);
    await this.#etcd.request("POST", "/v3/kv/compaction", {
      revision,
      physical: true,
    });
    return revision;
  }

  /**
   * Grants a permission to a user.
   *
   * @param options The user and the permission.
   * @returns The grant, which is in effect and can be revoked.
   */
  async grant(options: GrantOptions): Promise<Grant> {
    return await grant(this.#client, options);
  }

  /**
   * Creates a token that can be revoked.
   *
   * @param options The service account.
   * @returns The token, which is already valid.
   */
  async issueToken(options: TokenOptions): Promise<AccountToken> {
    return await issueToken(this.#client, options);
  }

  /**
   * Returns the watches that clients have opened so far. Requires the option
   * `recordWatches`.
   *
   * @returns The watches, oldest first, including those closed since.
   */
  async openedWatches(): Promise<OpenedWatch[]> {
    return await readOpenedWatches(`${this.directory}/${files.auditLog}`);
  }

  /** Returns the last lines of the logs of all components. */
  async logEnds(): Promise<string> {
    return await this.#group.logEnds();
  }

  /**
   * Stops all components and removes the files.
   *
   * @throws {ProcessError} If a component has ended unexpectedly.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    keepLogs(await this.logEnds());
    this.#client[Symbol.dispose]();
    this.#etcd[Symbol.dispose]();
    await this.#group[Symbol.asyncDispose]();
  }

  /**
   * Disposes after a failed start, whose error already reports what has ended.
   */
  async #abandon(): Promise<void> {
    try {
      await this[Symbol.asyncDispose]();
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
    }
  }

  async #startStore(): Promise<void> {
    if (this.store === "kine") {
      await Deno.mkdir(`${this.directory}/${files.kineData}`, {
        recursive: true,
      });
      this.#store = await this.#start("kine", kine);
      await this.#accepts(this.#store, this.#settings.ports.etcd);
      return;
    }
    this.#store = await this.#start("etcd", etcd);
    await this.#ready(
      this.#store,
      (signal) => this.#etcd.request("GET", "/health", undefined, { signal }),
    );
  }

  async #startParts(): Promise<void> {
    await this.#startStore();
    const server = await this.#startApiserver();
    // The last object that it creates by itself.
    await this.#appears(server, ownService);
    if (this.#settings.workloads) await this.#startWorkloads();
  }

  async #startApiserver(): Promise<ManagedProcess> {
    const process = await this.#start("kube-apiserver", apiserver);
    this.#apiserver = process;
    await this.#appears(process, "/readyz");
    return process;
  }

  async #startWorkloads(): Promise<void> {
    await Deno.writeTextFile(
      `${this.directory}/${files.adminKubeconfig}`,
      kubeconfig(this.client()),
    );
    await this.request("POST", "/api/v1/nodes", fakeNode);
    const { ports } = this.#settings;
    const manager = await this.#start(
      "kube-controller-manager",
      controllerManager,
    );
    const binder = await this.#start("kube-scheduler", scheduler);
    const kubelet = await this.#start("kwok", kwok);
    await this.#healthy(manager, ports.controllerManager);
    await this.#healthy(binder, ports.scheduler);
    await this.#ready(kubelet, (signal) => this.#nodeTakesPods(signal));
    await this.#appears(manager, defaultAccount);
  }

  async #healthy(process: ManagedProcess, port: number): Promise<void> {
    const { caCert } = this.client();
    using client = new JsonClient({
      server: `https://127.0.0.1:${port}`,
      caCert,
    });
    await this.#ready(
      process,
      (signal) => client.request("GET", "/healthz", undefined, { signal }),
    );
  }

  /** Waits until a server without an HTTP API listens. */
  async #accepts(process: ManagedProcess, port: number): Promise<void> {
    await this.#ready(process, async () => {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    });
  }

  /**
   * Compacts kine's database by the flags of a second kine, since kine has no
   * command for it. The latest revision is kept.
   */
  async #compactKine(): Promise<string> {
    const { metadata } = await this.request("GET", `${anyList}?limit=1`);
    const version = metadata?.resourceVersion ?? "";
    const process = await this.#start("kine", kineCompaction);
    await this.#ready(process, async () => {
      const lines = (await process.logEnd()).matchAll(/compacted to (\d+)\//g);
      const reached = [...lines].at(-1)?.[1] ?? "0";
      if (Number(reached) < Number(version) - 1) {
        throw new Error(`at ${reached}`);
      }
    });
    await process.stop("SIGTERM");
    return version;
  }

  async #appears(maker: ManagedProcess, path: string): Promise<void> {
    await this.#ready(
      maker,
      (signal) => this.request("GET", path, undefined, { signal }),
    );
  }

  async #nodeTakesPods(signal: AbortSignal): Promise<void> {
    const path = `/api/v1/nodes/${nodeName}`;
    const node = await this.request("GET", path, undefined, { signal });
    if (!takesPods(node)) throw new Error(`${nodeName} does not take pods`);
  }

  async #start(
    binary: Binary,
    describe: (settings: ComponentSettings) => Omit<ProcessOptions, "command">,
  ): Promise<ManagedProcess> {
    const command = await this.#program(binary);
    return await this.#group.start({ ...describe(this.#settings), command });
  }

  async #program(binary: Binary): Promise<string> {
    return this.#options.programs?.[binary] ?? await findBinary(binary);
  }

  async #ready(
    process: ManagedProcess,
    probe: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    await process.ready(probe, this.#options.readyTimeoutMs ?? 180_000);
  }
}

async function writeCredentials(
  directory: string,
  users: readonly PlaneUser[],
): Promise<Users> {
  const authority = await CertificateAuthority.create();
  const server = await authority.issueServer();
  const account = await generateSigningKey();
  const contents = {
    [files.ca]: authority.certificate,
    [files.serverCert]: server.certificate,
    [files.serverKey]: server.key,
    [files.accountKey]: account.privateKey,
    [files.accountPublicKey]: account.publicKey,
  };
  for (const [name, content] of Object.entries(contents)) {
    await Deno.writeTextFile(`${directory}/${name}`, content);
  }
  return await Users.create(directory, authority, users);
}

/**
 * Writes the certificate by which other API servers know that a request comes
 * from kube-apiserver. Its authority is a separate one, as recommended: it must
 * not vouch for users.
 */
async function writeFrontProxy(directory: string): Promise<void> {
  const authority = await CertificateAuthority.create("watchtools-front-proxy");
  const client = await authority.issueClient(frontProxyName, []);
  const contents = {
    [files.frontProxyCa]: authority.certificate,
    [files.frontProxyCert]: client.certificate,
    [files.frontProxyKey]: client.key,
  };
  for (const [name, content] of Object.entries(contents)) {
    await Deno.writeTextFile(`${directory}/${name}`, content);
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof ProcessError &&
    error.log.includes("address already in use");
}

/** etcd's gateway encodes 64-bit integers as strings. */
function revisionOf(header: unknown): string {
  const revision = textField(header, "revision");
  if (revision !== undefined) return revision;
  throw new TypeError("Cannot compact etcd: its response has no revision");
}
