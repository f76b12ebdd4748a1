/**
 * The server that a command line chooses, out of its options.
 *
 * @module
 */

import type { ServerChoice, TokenChoice } from "./_command.ts";
import type { GivenOptions } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * Understands which server is meant.
 *
 * @param given The options.
 * @returns The server.
 * @throws {UsageError} If none is, or two are.
 */
export function serverOf(given: GivenOptions): ServerChoice {
  const url = given.text("server");
  const token = tokenOf(given);
  if (!given.isOn("embedded")) {
    if (url !== undefined) return { type: "url", url, token };
    throw new UsageError(
      "no server given: use --server URL (for your cluster: run kubectl proxy, then --server http://127.0.0.1:8001), or --embedded to try it out",
    );
  }
  if (url === undefined && token === undefined) return { type: "embedded" };
  const other = url === undefined ? "token" : "server";
  throw new UsageError(
    `--embedded and --${other} exclude each other: leave out one of them`,
  );
}

function tokenOf(given: GivenOptions): TokenChoice | undefined {
  const text = given.text("token");
  const path = given.text("token-file");
  if (text !== undefined && path !== undefined) {
    throw new UsageError(
      "--token and --token-file exclude each other: leave out one of them",
    );
  }
  if (text !== undefined) return { type: "text", text };
  return path === undefined ? undefined : { type: "file", path };
}
