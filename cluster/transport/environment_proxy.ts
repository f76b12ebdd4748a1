/**
 * The proxy of the environment, by Go's rules rather than the runtimes', which
 * all differ: `NO_PROXY` may contain CIDR ranges, and requests to localhost
 * never use a proxy.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
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
  if (host === "localhost" || host === "::1" || /^127\./.test(host)) {
    return true;
  }
  const ports = port || (protocol === "https:" ? "443" : "80");
  return (eitherVariable("NO_PROXY") ?? "").split(",")
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== "" && matches(rule, host, ports));
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === "*") return true;
  if (rule.includes("/")) return isInRange(host, rule);
  const [, name = rule, rulePort] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(rule) ?? [];
  const bare = rulePort !== undefined && name.includes(":") &&
      !rule.startsWith("[")
    // An IPv6 address without a port.
    ? rule
    : name;
  if (bare === name && rulePort !== undefined && rulePort !== port) {
    return false;
  }
  const suffix = bare.replace(/^\*?\./, "");
  return bare === suffix
    ? host === bare || host.endsWith(`.${bare}`)
    : host.endsWith(`.${suffix}`);
}

function isInRange(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const [address, base] = [addressBits(host), addressBits(network)];
  const length = Number(bits);
  return address !== undefined && base !== undefined &&
    /^\d+$/.test(bits) && length <= base.length &&
    address.length === base.length &&
    address.slice(0, length) === base.slice(0, length);
}

/** An IP address in binary; undefined if it is a host name. */
function addressBits(address: string): string | undefined {
  const isV4 = /^\d+(\.\d+){3}$/.test(address);
  if (isV4) return address.split(".").map((part) => binary(+part, 8)).join("");
  if (!/^[\da-f:]+$/.test(address) || !address.includes(":")) return undefined;
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":");
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Math.max(0, 8 - before.length - after.length);
  const all = tail === undefined
    ? before
    : [...before, ...Array<string>(zeros).fill("0"), ...after];
  return all.map((group) => binary(parseInt(group, 16), 16)).join("");
}

function binary(value: number, bits: number): string {
  return value.toString(2).padStart(bits, "0");
}
