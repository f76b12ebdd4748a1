/**
 * The proxy of the environment, by Go's rules rather than the runtimes', which
 * all differ: `NO_PROXY` may contain CIDR ranges, and requests to localhost
 * never use a proxy.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import { encodeBase64 } from "../../internal/base64.ts";
import { environmentVariable } from "../../internal/runtime.ts";

const PROXY_SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];

/**
 * Returns the proxy of the environment for a server, as Go's
 * `http.ProxyFromEnvironment`.
 *
 * @param server The URL of the server.
 * @returns The URL of the proxy; undefined if none is to be used.
 * @throws {ConfigurationError} If the variable is not the URL of a proxy.
 */
export function environmentProxy(server: string): string | undefined {
  const url = new URL(server);
  const scheme = url.protocol === "https:" ? "HTTPS" : "HTTP";
  const proxy = eitherVariable(`${scheme}_PROXY`);
  if (proxy === undefined || isExempt(url)) return undefined;
  const address = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (isProxyUrl(address)) return address;
  // The message does not quote the URL, which may contain a password.
  throw new ConfigurationError(
    `Cannot use ${scheme}_PROXY: it must be a URL that starts with http://, https:// or socks5://`,
  );
}

/**
 * Reports whether a text is the URL of a supported kind of proxy.
 *
 * @param text The text.
 * @returns Whether it is an `http`, `https` or `socks5` URL.
 */
export function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && PROXY_SCHEMES.includes(new URL(text).protocol);
}

/**
 * Returns the credential in the URL of a proxy, as it is sent to one.
 *
 * @param proxyUrl The URL, if there is a proxy.
 * @returns The value of a header; undefined if the URL contains no credential.
 */
export function proxyAuthorization(
  proxyUrl: string | undefined,
): string | undefined {
  const { username, password } = new URL(proxyUrl ?? "http://none");
  if (username === "" && password === "") return undefined;
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      // Malformed: it is never sent.
      return text;
    }
  };
  return `Basic ${encodeBase64(`${decode(username)}:${decode(password)}`)}`;
}

/**
 * Reports whether the environment defines a proxy that a runtime may use on its
 * own.
 *
 * @returns Whether one of the variables is set.
 */
export function hasProxyVariables(): boolean {
  return ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) =>
    eitherVariable(name) !== undefined
  );
}

function eitherVariable(name: string): string | undefined {
  return environmentVariable(name) ?? environmentVariable(name.toLowerCase());
}

function isExempt({ hostname, port, protocol }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const address = addressBits(host);
  if (host === "localhost" || isLoopback(address)) return true;
  const target = {
    host,
    address,
    port: port || (protocol === "https:" ? "443" : "80"),
  };
  return (eitherVariable("NO_PROXY") ?? "").split(",")
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== "" && matches(rule, target));
}

/** A server. */
interface Target {
  readonly host: string;
  /** The IP address in binary, if the host is one. */
  readonly address: string | undefined;
  readonly port: string;
}

function isLoopback(address: string | undefined): boolean {
  return address?.length === V4_BITS
    ? address.startsWith(binary(127, 8))
    : address === addressBits("::1");
}

function matches(rule: string, { host, address, port }: Target): boolean {
  if (rule === "*") return true;
  if (rule.includes("/")) return isInRange(address, rule);
  const { name, port: rulePort } = splitPort(rule);
  if (rulePort !== "" && rulePort !== port) return false;
  const ruleAddress = addressBits(name);
  if (address !== undefined || ruleAddress !== undefined) {
    return address === ruleAddress;
  }
  const suffix = asciiName(name.replace(/^\*?\./, ""));
  return host.endsWith(`.${suffix}`) ||
    (host === suffix && !/^\*?\./.test(name));
}

/** An IPv6 address is in brackets only if a port follows. */
function splitPort(rule: string): { name: string; port: string } {
  const [, inner, plain, port = ""] =
    /^(?:\[(.*)\]|([^:]+)):(\d*)$/.exec(rule) ?? [];
  return { name: inner ?? plain ?? rule, port };
}

/** A server's name is in ASCII, and a rule may not be. */
function asciiName(name: string): string {
  const url = `http://${name}`;
  return /[^\0-\x7f]/.test(name) && URL.canParse(url)
    ? new URL(url).hostname
    : name;
}

function isInRange(address: string | undefined, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const base = addressBits(network);
  if (address === undefined || base === undefined || !/^\d+$/.test(bits)) {
    return false;
  }
  const isMapped = network.includes(":") && base.length === V4_BITS;
  const length = Number(bits) - (isMapped ? V6_BITS - V4_BITS : 0);
  return length >= 0 && length <= base.length &&
    address.length === base.length &&
    address.slice(0, length) === base.slice(0, length);
}

const V4_BITS = 32;
const V6_BITS = 128;

/** The start of an IPv6 address that stands for one of IPv4. */
const MAPPED = "0".repeat(80) + "1".repeat(16);

/** An IP address in binary; undefined if it is a host name. */
function addressBits(address: string): string | undefined {
  if (/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/.test(address)) {
    const parts = address.split(".").map(Number);
    return parts.every((part) => part < 256)
      ? parts.map((part) => binary(part, 8)).join("")
      : undefined;
  }
  const url = `http://[${address}]`;
  if (!address.includes(":") || !URL.canParse(url)) return undefined;
  const [head = "", tail = ""] = new URL(url).hostname.slice(1, -1).split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":");
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  const bits = [...before, ...zeros, ...after]
    .map((group) => binary(parseInt(group, 16), 16)).join("");
  return bits.startsWith(MAPPED) ? bits.slice(MAPPED.length) : bits;
}

function binary(value: number, bits: number): string {
  return value.toString(2).padStart(bits, "0");
}
