/**
 * The proxy that the environment asks for, by Go's rules and not by those of
 * the runtime, which all differ: `NO_PROXY` may hold ranges of addresses, and
 * the own machine is never reached by a proxy.
 *
 * @module
 */

import { environmentVariable } from "../../internal/runtime.ts";

const PROXY_SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];

/**
 * The proxy of the environment for a server.
 *
 * @param server The server's address.
 * @returns The proxy's address; undefined where there is to be none.
 * @throws {Error} If it is no address of a proxy.
 */
export function environmentProxy(server: string): string | undefined {
  const url = new URL(server);
  const scheme = url.protocol === "https:" ? "HTTPS" : "HTTP";
  const proxy = eitherVariable(`${scheme}_PROXY`);
  if (proxy === undefined || isExempt(url)) return undefined;
  const address = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (isProxyUrl(address)) return address;
  // Without the address: it may hold a password, which a runtime would show.
  throw new Error(
    `Cannot use ${scheme}_PROXY: it is no URL that begins with http://, https:// or socks5://`,
  );
}

/**
 * Whether a text is the address of a proxy that can be gone through.
 *
 * @param text The text.
 * @returns Whether it is.
 */
export function isProxyUrl(text: string): boolean {
  return URL.canParse(text) && PROXY_SCHEMES.includes(new URL(text).protocol);
}

/**
 * Whether the environment names any proxy that a runtime may use of itself.
 *
 * @returns Whether it does.
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

/** An address as zeros and ones; undefined where it is a name. */
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
