/**
 * A real HTTP proxy in front of a kube-apiserver, on a loopback port: one of
 * those that people put there. It ends with the `await using` scope, or with
 * this process.
 */

import { findBinary } from "./binaries.ts";
import type { ControlPlane } from "./control_plane.ts";
import { httpProxyPrograms } from "./_http_proxy_configs.ts";
import { keepLogs } from "./kept_logs.ts";
import { freePort } from "./_ports.ts";
import { type ManagedProcess, ProcessGroup } from "./processes.ts";

/** The name of a proxy. */
export type HttpProxyName = keyof typeof httpProxyPrograms;

/** The names of all proxies. */
export const httpProxyNames: readonly HttpProxyName[] = [
  "kubectl proxy",
  "nginx",
  "HAProxy",
  "Caddy",
  "Apache",
];

/** Options for {@linkcode HttpProxy.start}. */
export interface HttpProxyOptions {
  /**
   * Seconds without a byte from the server after which it cuts; `kubectl proxy`
   * has no such limit. @default {that of the program}
   */
  idleTimeoutSeconds?: number | undefined;
  /** Whether nginx buffers responses, as it does by default. @default {false} */
  buffering?: boolean | undefined;
}

/** Where Debian installs daemons; not in every user's PATH. */
const daemonDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

const readyTimeoutMs = 60_000;

/** A running proxy. */
export class HttpProxy implements AsyncDisposable {
  /** The URL to send requests to, without TLS. */
  readonly url: string;
  /** Whether it cuts responses that are idle for the given time. */
  readonly cutsIdle: boolean;
  readonly #group: ProcessGroup;
  readonly #start: () => Promise<ManagedProcess>;
  #process: ManagedProcess | undefined;

  private constructor(
    port: number,
    cutsIdle: boolean,
    group: ProcessGroup,
    start: () => Promise<ManagedProcess>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.cutsIdle = cutsIdle;
    this.#group = group;
    this.#start = start;
  }

  /**
   * Starts a proxy.
   *
   * @param name Which one.
   * @param plane The control plane to forward to.
   * @param options Its timeout and buffering.
   * @returns The proxy, which is ready.
   * @throws {ProcessError} If it does not start.
   * @throws {Error} If it is not installed.
   */
  static async start(
    name: HttpProxyName,
    plane: ControlPlane,
    options: HttpProxyOptions = {},
  ): Promise<HttpProxy> {
    const { program, args, config, cutsIdle } = httpProxyPrograms[name];
    const command = await findProxy(name);
    await using stack = new AsyncDisposableStack();
    const group = stack.use(await ProcessGroup.create());
    const { directory } = group;
    const port = freePort(new Set());
    const settings = {
      port,
      upstreamPort: plane.port,
      directory,
      kubeconfig: await plane.kubeconfig(),
      idleTimeoutSeconds: options.idleTimeoutSeconds,
      buffering: options.buffering ?? false,
    };
    const configPath = `${directory}/proxy.conf`;
    await Deno.writeTextFile(configPath, config(settings));
    const proxy = new HttpProxy(
      port,
      cutsIdle,
      group,
      () =>
        group.start({
          name: program,
          command,
          args: args(settings, configPath),
        }),
    );
    await proxy.#run();
    stack.move();
    return proxy;
  }

  /** Kills the proxy, which breaks all connections, and starts it again. */
  async restart(): Promise<void> {
    await this.#process?.stop("SIGKILL");
    await this.#run();
  }

  /** Ends the proxy and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    keepLogs(await this.#group.logEnds());
    await this.#group[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const process = await this.#start();
    this.#process = process;
    await process.ready(async (signal) => {
      const response = await fetch(`${this.url}/readyz`, { signal });
      await response.body?.cancel();
    }, readyTimeoutMs);
  }
}

/**
 * Returns what has to be installed for a proxy.
 *
 * @param name Which one.
 * @returns The name of the program; undefined if it is there.
 */
export async function missingProgram(
  name: HttpProxyName,
): Promise<string | undefined> {
  const { program } = httpProxyPrograms[name];
  // It is one of the programs that all end-to-end tests need.
  if (program === "kubectl") return undefined;
  return await findInPath(program) === undefined ? program : undefined;
}

async function findProxy(name: HttpProxyName): Promise<string> {
  const { program } = httpProxyPrograms[name];
  if (program === "kubectl") return await findBinary("kubectl");
  const path = await findInPath(program);
  if (path !== undefined) return path;
  throw new Error(`Cannot start ${name}: '${program}' is not installed`);
}

async function findInPath(program: string): Promise<string | undefined> {
  const path = Deno.env.get("PATH") ?? "";
  for (const directory of [...path.split(":"), ...daemonDirectories]) {
    const file = `${directory}/${program}`;
    try {
      if ((await Deno.stat(file)).isFile) return file;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      if (error instanceof Deno.errors.PermissionDenied) continue;
      throw error;
    }
  }
  return undefined;
}
