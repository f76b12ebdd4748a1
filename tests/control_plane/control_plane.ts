/**
 * A Kubernetes control plane of the real things, on free ports of loopback, for
 * one test: etcd, kube-apiserver, and where pods are to run also
 * kube-controller-manager, kube-scheduler and kwok with one fake node. All of it
 * ends with the `await using` scope, or with this process.
 *
 * It only starts, breaks and mends things, and says what happened; it waits for
 * nothing but its own parts. What is tested with it is not used in it.
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
import { type Binary, findBinary } from "./binaries.ts";
import {
  apiserver,
  type ComponentSettings,
  controllerManager,
  etcd,
  files,
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

export { RequestError } from "./json_client.ts";
export type { JsonMetadata, JsonObject } from "./json_client.ts";
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

/** Options of {@linkcode ControlPlane.start}. */
export interface ControlPlaneOptions {
  /** Users beside `admin`, without any right until one is granted. */
  users?: readonly PlaneUser[] | undefined;
  /** Whether pods run and Deployments roll out. @default {false} */
  workloads?: boolean | undefined;
  /** Ports that must be these. @default {free ones} */
  ports?: Partial<Ports> | undefined;
  /** Programs to run instead of those found. */
  programs?: { readonly [Name in Binary]?: string } | undefined;
  /** Appended to the command line of kube-apiserver. */
  apiserverFlags?: readonly string[] | undefined;
  /** How long each part may take until it is ready. @default {60_000} */
  readyTimeoutMs?: number | undefined;
}

/** Options of what speaks to a control plane as a user. */
export interface ClientOptions {
  /** A URL in front of it, such as a proxy's. @default {its own} */
  server?: string | undefined;
}

/** Options of {@linkcode ControlPlane.kubectl}. */
export interface KubectlOptions extends ClientOptions {
  /** As whom. @default {"admin"} */
  user?: string | undefined;
  /** Ends kubectl (SIGTERM); what it has printed is returned. */
  signal?: AbortSignal | undefined;
  /** Called with each piece of standard output, as it comes. */
  onStdout?: ((text: string) => void) | undefined;
}

/** Options of {@linkcode ControlPlane.stopApiserver}. */
export interface StopOptions {
  /** SIGTERM: it ends the watches and itself. @default {"SIGTERM"} */
  signal?: "SIGTERM" | "SIGKILL" | undefined;
}

const portTries = 3;
const ownService = "/api/v1/namespaces/default/services/kubernetes";
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
   * @param options What it is to be.
   * @returns It, once everything in it is ready.
   * @throws {BinaryUnavailableError} If a program is missing.
   * @throws {ProcessError} If a part does not become ready; nothing is left running.
   */
  static async start(
    options: ControlPlaneOptions = {},
  ): Promise<ControlPlane> {
    for (let attempt = 1;; attempt++) {
      try {
        return await ControlPlane.#startOnce(options);
      } catch (error) {
        // A port that was free has been taken before its server came up.
        if (attempt >= portTries || !isPortTaken(error)) throw error;
      }
    }
  }

  static async #startOnce(
    options: ControlPlaneOptions,
  ): Promise<ControlPlane> {
    const { workloads = false, apiserverFlags = [], users = [] } = options;
    const ports = choosePorts(options.ports ?? {});
    const group = await ProcessGroup.create();
    await using stack = new AsyncDisposableStack();
    stack.use(group);
    const { folder } = group;
    const settings = { ports, folder, workloads, apiserverFlags };
    const credentials = await writeCredentials(folder, [admin, ...users]);
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

  /** URL of kube-apiserver. */
  get server(): string {
    return `https://127.0.0.1:${this.#settings.ports.apiserver}`;
  }

  /** Port of kube-apiserver: the upstream of a proxy. */
  get port(): number {
    return this.#settings.ports.apiserver;
  }

  /** A folder for files that may vanish with the control plane. */
  get folder(): string {
    return this.#group.folder;
  }

  /**
   * How a user reaches the server.
   *
   * @param user One of those that it was started with.
   * @param options By which URL.
   * @returns URL and credentials, as text and as files.
   * @throws {TypeError} If there is no such user.
   */
  client(user: string = admin.name, options: ClientOptions = {}): ClientConfig {
    return this.#users.client(user, options.server ?? this.server);
  }

  /**
   * Sends a request as the administrator.
   *
   * @param method HTTP method; PATCH sends a merge patch.
   * @param path Path and query.
   * @param body Sent as JSON.
   * @param options Another token, a signal.
   * @returns The server's answer.
   * @throws {RequestError} If it is not 2xx.
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
   * @param user As whom.
   * @param options By which URL.
   * @returns Its path.
   */
  async kubeconfig(
    user: string = admin.name,
    options: ClientOptions = {},
  ): Promise<string> {
    const path = await Deno.makeTempFile({
      dir: this.folder,
      prefix: "kubeconfig-",
    });
    await Deno.writeTextFile(path, kubeconfig(this.client(user, options)));
    return path;
  }

  /**
   * Runs kubectl to its end.
   *
   * @param args Its arguments.
   * @param options As whom, until when.
   * @returns How it ended; a failure is not thrown.
   */
  async kubectl(
    args: readonly string[],
    options: KubectlOptions = {},
  ): Promise<ProgramOutput> {
    const { user, server, signal, onStdout } = options;
    return await runProgram(await this.#program("kubectl"), args, {
      env: {
        // HOME: where it keeps what it learns about the server.
        HOME: this.folder,
        KUBECONFIG: await this.kubeconfig(user, { server }),
      },
      signal,
      onStdout,
    });
  }

  /**
   * Ends kube-apiserver and starts it again, on the same port. Its watch cache
   * then begins at the newest version: a watcher that has not seen all that was
   * written before is answered 410. It writes nothing itself; with workloads
   * the others do.
   *
   * @param options By which signal it ends.
   */
  async restartApiserver(options: StopOptions = {}): Promise<void> {
    await this.stopApiserver(options);
    await this.startApiserver();
  }

  /**
   * Ends kube-apiserver and waits until it has.
   *
   * @param options By which signal.
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
   * Compacts etcd up to now. kube-apiserver still knows the versions before
   * that from its watch cache: restart it, and they are gone.
   *
   * @returns The version up to which the history is gone.
   */
  async compactEtcd(): Promise<string> {
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
   * Permits a user something.
   *
   * @param options Who, what.
   * @returns What takes it back, once it has taken effect.
   */
  async grant(options: GrantOptions): Promise<Grant> {
    return await grant(this.#client, options);
  }

  /**
   * Makes a token that can be revoked.
   *
   * @param options For which service account.
   * @returns The token, valid already.
   */
  async issueToken(options: TokenOptions): Promise<AccountToken> {
    return await issueToken(this.#client, options);
  }

  /** The ends of the logs of all parts. */
  async logEnds(): Promise<string> {
    return await this.#group.logEnds();
  }

  /**
   * Ends everything and removes its files.
   *
   * @throws {ProcessError} If a part had ended before, unasked.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    keepLogs(await this.logEnds());
    this.#client[Symbol.dispose]();
    this.#etcd[Symbol.dispose]();
    await this.#group[Symbol.asyncDispose]();
  }

  /** Disposal after a failed start, which has told already what ended. */
  async #abandon(): Promise<void> {
    try {
      await this[Symbol.asyncDispose]();
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
    }
  }

  async #startParts(): Promise<void> {
    const store = await this.#start("etcd", etcd);
    await this.#ready(
      store,
      (signal) => this.#etcd.request("GET", "/health", undefined, { signal }),
    );
    const server = await this.#startApiserver();
    // The last thing that it writes of its own accord.
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
      `${this.folder}/${files.adminKubeconfig}`,
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
    await process.ready(probe, this.#options.readyTimeoutMs ?? 60_000);
  }
}

async function writeCredentials(
  folder: string,
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
    await Deno.writeTextFile(`${folder}/${name}`, content);
  }
  return await Users.create(folder, authority, users);
}

function isPortTaken(error: unknown): boolean {
  return error instanceof ProcessError &&
    error.log.includes("address already in use");
}

/** etcd's gateway gives 64-bit numbers as strings. */
function revisionOf(header: unknown): string {
  const revision = textField(header, "revision");
  if (revision !== undefined) return revision;
  throw new TypeError("Cannot compact etcd: its answer names no revision");
}
