/**
 * Connections without HTTP/2 for Node's own `fetch`, made without a package.
 *
 * Node's `fetch` is a copy of undici, which speaks HTTP/2 from Node 26 on and
 * then shares one connection among all requests to a host: once that has died
 * silently, each new request waits on it as well. A dispatcher with `allowH2:
 * false` helps, but only one of Node's own class fits its `fetch` in every
 * version. Node does not export the class; the global dispatcher is an instance
 * of it.
 *
 * A global dispatcher that the program has chosen itself (a proxy, a mock, other
 * certificates) is left alone.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";

/** What is used of a dispatcher: `fetch` takes it as `init.dispatcher`. */
type Dispatcher = object;

/** Options of undici's `Agent`, which its other dispatchers take as well. */
interface AgentOptions {
  readonly allowH2: false;
  readonly bodyTimeout: 0;
  readonly headersTimeout: 0;
  readonly keepAliveTimeout: number;
}

type DispatcherClass = new (options: AgentOptions) => Dispatcher;

/** The dispatchers made so far, by the global one that they replace. */
const made = new WeakMap<Dispatcher, Dispatcher | undefined>();

/** Versions of `fetch` that do not accept Node's own dispatchers. */
const unfit = new WeakSet<typeof fetch>();

/**
 * Returns the `fetch` of Node over connections without HTTP/2. It has none of
 * undici's timeouts: a watch may be silent for as long as it likes, and the
 * rest is timed by `Exchange`.
 *
 * @param keepAliveTimeoutMs How long an idle connection is kept.
 * @returns The function; undefined if this is not Node, or if the program has
 *   chosen a global dispatcher itself.
 */
export function nodeFetch(
  keepAliveTimeoutMs: number,
): ((url: string, init: RequestInit) => Promise<Response>) | undefined {
  const dispatcher = ownDispatcher(keepAliveTimeoutMs);
  const send = globalThis.fetch;
  if (dispatcher === undefined || unfit.has(send)) return undefined;
  return async (url, init) => {
    const withDispatcher: RequestInit & { dispatcher: Dispatcher } = {
      ...init,
      dispatcher,
    };
    try {
      return await send(url, withDispatcher);
    } catch (error) {
      if (!isRefusedDispatcher(error)) throw error;
      // `fetch` has been replaced, perhaps by another version of undici's.
      const response = await send(url, init);
      unfit.add(send);
      return response;
    }
  };
}

function ownDispatcher(keepAliveTimeout: number): Dispatcher | undefined {
  const major = undiciMajor();
  if (major === undefined) return undefined;
  const symbol = Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);
  // Node creates the global one when it loads its undici, which this causes.
  if (!(symbol in globalThis)) new Response();
  const current: unknown = Reflect.get(globalThis, symbol);
  if (!isRecord(current)) return undefined;
  if (!made.has(current)) {
    const Own = isChosenByProgram(current) ? undefined : classOf(current);
    made.set(
      current,
      Own && new Own({
        allowH2: false,
        bodyTimeout: 0,
        headersTimeout: 0,
        keepAliveTimeout,
      }),
    );
  }
  return made.get(current);
}

/** The major version of Node's undici, or undefined on another runtime. */
function undiciMajor(): number | undefined {
  const process: unknown = Reflect.get(globalThis, "process");
  const versions = isRecord(process) ? process.versions : undefined;
  const version = isRecord(versions) ? versions.undici : undefined;
  if (typeof version !== "string" || "Bun" in globalThis) return undefined;
  const major = Number.parseInt(version, 10);
  return Number.isNaN(major) ? undefined : major;
}

function classOf(dispatcher: Dispatcher): DispatcherClass | undefined {
  const { constructor } = Object.getPrototypeOf(dispatcher);
  return isClass(constructor) ? constructor : undefined;
}

function isClass(value: unknown): value is DispatcherClass {
  return typeof value === "function";
}

/**
 * Whether a global dispatcher is another than Node's default: of another class,
 * composed with interceptors, or created with options.
 */
function isChosenByProgram(dispatcher: Readonly<Record<string, unknown>>) {
  const prototype: unknown = Object.getPrototypeOf(dispatcher);
  if (!isRecord(prototype)) return true;
  if (dispatcher.dispatch !== prototype.dispatch) return true;
  switch (classOf(dispatcher)?.name) {
    case "Agent":
      return !hasDefaultOptions(dispatcher);
    case "EnvHttpProxyAgent":
      return !usesProxiesOfEnvironment();
    default:
      return true;
  }
}

function hasDefaultOptions(agent: Dispatcher): boolean {
  const symbol = Object.getOwnPropertySymbols(agent)
    .find(({ description }) => description === "options");
  const options: unknown = symbol && Reflect.get(agent, symbol);
  if (!isRecord(options)) return false;
  return Object.entries(options).every(([name, value]) =>
    value === undefined || value === Infinity || name === "interceptors"
  );
}

/** Whether Node itself has been told to use the proxies of the environment. */
function usesProxiesOfEnvironment(): boolean {
  const process: unknown = Reflect.get(globalThis, "process");
  if (!isRecord(process)) return false;
  const { env, execArgv } = process;
  const flags = Array.isArray(execArgv) ? execArgv : [];
  if (flags.includes("--use-env-proxy")) return true;
  if (!isRecord(env)) return false;
  return env.NODE_USE_ENV_PROXY === "1" ||
    String(env.NODE_OPTIONS ?? "").includes("--use-env-proxy");
}

/** undici refuses the handlers of another version before it sends anything. */
function isRefusedDispatcher(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isRecord(cause) && cause.code === "UND_ERR_INVALID_ARG";
}
