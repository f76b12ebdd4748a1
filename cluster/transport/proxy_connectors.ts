/**
 * Connections of `undici` through a proxy. undici's own support is not used: it
 * cannot abort an attempt when a proxy does not respond (see
 * `connection_attempts.ts`), and its SOCKS support is experimental and prints a
 * warning.
 *
 * @module
 */

import type { Socket } from "node:net";
import {
  type Attempt,
  attemptWith,
  type Connector,
} from "./connection_attempts.ts";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { proxyAuthorization } from "./environment_proxy.ts";
import { ignore } from "../../internal/abort.ts";

type Undici = typeof import("undici");

/** A proxy and the connectors for it. */
export interface ProxyOptions {
  /** The URL of the proxy. */
  readonly proxyUrl: string;
  /** Connects to the proxy. */
  readonly toProxy: Connector;
  /** Opens a TLS connection over the tunnel through the proxy. */
  readonly throughProxy: Connector;
}

/**
 * Connects through an HTTP proxy with CONNECT.
 *
 * @param undici Sends the CONNECT request.
 * @param options The proxy.
 * @returns The attempt.
 * @throws {ConfigurationError} If the user or the password is malformed.
 */
export function httpProxyAttempt(
  undici: Undici,
  { proxyUrl, toProxy, throughProxy }: ProxyOptions,
): Attempt {
  const { origin } = new URL(proxyUrl);
  // Throws if it is malformed.
  decodeCredential(proxyUrl);
  const authorization = proxyAuthorization(proxyUrl);
  const credential = authorization === undefined
    ? {}
    : { "proxy-authorization": authorization };
  return (options, callback) => {
    let abortConnect = ignore;
    const client = new undici.Client(origin, {
      connect: (...args) => abortConnect = attemptWith(toProxy)(...args),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const { hostname, port, protocol } = options;
    const isTls = protocol === "https:";
    const host = /^[^[].*:/.test(hostname) ? `[${hostname}]` : hostname;
    const path = `${host}:${port || (isTls ? 443 : 80)}`;
    let tunnel: Socket | undefined;
    client.connect({ path, headers: { host: path, ...credential } }).then(
      ({ statusCode, socket }) => {
        client.close().catch(ignore);
        if (!isSocket(socket)) throw new Error("the proxy opened no tunnel");
        tunnel = socket;
        if (statusCode !== 200) {
          socket.destroy();
          throw new Error(`the proxy returned HTTP status ${statusCode}`);
        }
        if (!isTls) callback(null, socket);
        else throughProxy({ ...options, httpSocket: socket }, callback);
      },
    ).catch((error: Error) => callback(namedError(error), null));
    return () => {
      abortConnect();
      client.destroy().catch(ignore);
      tunnel?.destroy();
    };
  };
}

/** undici only says that the other side has closed. */
function namedError(error: Error): Error {
  return Reflect.get(error, "code") === "UND_ERR_SOCKET"
    ? new Error("the proxy closed the connection", { cause: error })
    : error;
}

/** The user and the password in the URL of a proxy, or empty strings. */
interface ProxyCredential {
  readonly username: string;
  readonly password: string;
}

function decodeCredential(proxyUrl: string): ProxyCredential {
  const { username, password } = new URL(proxyUrl);
  try {
    return {
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    };
  } catch {
    // The message does not quote the URL, which contains the password.
    throw new ConfigurationError(
      "Cannot use the proxy: the user or password in its URL is not percent-encoded",
    );
  }
}

/** SOCKS 5, RFC 1928, with password authentication, RFC 1929. */
const VERSION = 5;
const NO_AUTHENTICATION = 0;
const PASSWORD = 2;

/**
 * Connects through a SOCKS 5 proxy, which also resolves the host name.
 *
 * @param options The proxy.
 * @returns The attempt.
 * @throws {ConfigurationError} If the user or the password is malformed.
 */
export function socksProxyAttempt(
  { proxyUrl, toProxy, throughProxy }: ProxyOptions,
): Attempt {
  const { hostname, port } = new URL(proxyUrl);
  const credential = decodeCredential(proxyUrl);
  return (options, callback) => {
    let proxy: Socket | undefined;
    const isTls = options.protocol === "https:";
    const target = { ...options, port: options.port || (isTls ? "443" : "80") };
    const abortConnect = attemptWith(toProxy)(
      { ...options, hostname, port: port || "1080", protocol: "http:" },
      (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        proxy = socket;
        socksHandshake(new ByteChannel(socket), target, credential)
          .then(
            () => {
              if (!isTls) callback(null, socket);
              else throughProxy({ ...options, httpSocket: socket }, callback);
            },
          ).catch((error: Error) => {
            socket.destroy();
            callback(error, null);
          });
      },
    );
    return () => {
      abortConnect();
      proxy?.destroy();
    };
  };
}

async function socksHandshake(
  channel: ByteChannel,
  { hostname, port }: { hostname: string; port: string },
  { username, password }: ProxyCredential,
): Promise<void> {
  // As Go: one that needs no password may not know that method.
  const methods = username === "" && password === ""
    ? [NO_AUTHENTICATION]
    : [NO_AUTHENTICATION, PASSWORD];
  channel.write([VERSION, methods.length, ...methods]);
  const [, chosen = NaN] = await channel.read(2);
  if (!methods.includes(chosen)) {
    throw new Error("the SOCKS proxy requires another authentication method");
  }
  if (chosen === PASSWORD) {
    const name = utf8(username);
    const secret = utf8(password);
    channel.write([1, name.length, ...name, secret.length, ...secret]);
    const [, status] = await channel.read(2);
    if (status !== 0) throw new Error("the SOCKS proxy rejected the password");
  }
  const host = utf8(hostname.replace(/^\[(.*)\]$/, "$1"));
  const number = Number(port);
  channel.write([
    ...[VERSION, 1, 0, 3, host.length],
    ...host,
    ...[number >> 8, number & 0xff],
  ]);
  const [, status, , kind] = await channel.read(4);
  if (status !== 0) {
    throw new Error(
      `the SOCKS proxy refused the connection (status ${status})`,
    );
  }
  // The bound address, which is not used.
  const [length = 0] = kind === 3
    ? await channel.read(1)
    : [kind === 4 ? 16 : 4];
  await channel.read(length + 2);
  channel.release();
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads exactly the requested number of bytes and leaves the rest. */
class ByteChannel {
  readonly #socket: Socket;
  readonly #onReadable = () => this.#try();
  readonly #onClose = () => {
    this.#isClosed = true;
    this.#pending?.reject(
      new Error("the SOCKS proxy closed the connection"),
    );
  };
  #pending: PromiseWithResolvers<Uint8Array> | undefined;
  #length = 0;
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("readable", this.#onReadable);
    socket.on("close", this.#onClose);
    socket.on("error", this.#onClose);
  }

  write(bytes: readonly number[]): void {
    this.#socket.write(Uint8Array.from(bytes));
  }

  read(length: number): Promise<Uint8Array> {
    const pending = Promise.withResolvers<Uint8Array>();
    this.#pending = pending;
    this.#length = length;
    if (this.#isClosed) this.#onClose();
    else this.#try();
    return pending.promise;
  }

  /** Releases the socket to its next user. */
  release(): void {
    this.#socket.off("readable", this.#onReadable);
    this.#socket.off("close", this.#onClose);
    this.#socket.off("error", this.#onClose);
  }

  #try(): void {
    if (this.#pending === undefined) return;
    const bytes: unknown = this.#socket.read(this.#length);
    if (!(bytes instanceof Uint8Array)) return;
    this.#pending.resolve(bytes);
    this.#pending = undefined;
  }
}

function isSocket(duplex: object): duplex is Socket {
  return "setKeepAlive" in duplex;
}
