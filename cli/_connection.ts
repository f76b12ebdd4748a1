/**
 * The server that a command line chooses: an address and a credential, or a
 * server of our own that lives as long as the command.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { errorText } from "../watch/_error_text.ts";
import { RestClient } from "../watch/_rest_client.ts";
import { RestListerWatcher } from "../watch/rest_lister_watcher.ts";
import type { ListerWatcher } from "../watch/types.ts";
import type { ServerChoice, Target, TokenChoice } from "./_command.ts";
import { ResourceSource, type ServerAccess } from "./_resource_source.ts";
import type { TableObject } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** A way to a server. */
export interface Connection extends AsyncDisposable {
  /** What a person should know about the server beforehand, if anything. */
  readonly notice: string | undefined;
  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @returns The objects, to be listed and watched.
   */
  source(target: Target): ListerWatcher;
  /**
   * Makes no request yet.
   *
   * @param target What is looked at.
   * @returns The rows of the server's own table of it, likewise.
   */
  rows(target: Target): Promise<ListerWatcher<TableObject>>;
}

/**
 * Prepares to reach a server. Only a token file is looked at yet.
 *
 * @param choice The server.
 * @param target One of the targets, to try the address on.
 * @returns The way to it.
 * @throws {UsageError} If the address or the token is malformed.
 * @throws {Error} If the token file cannot be read.
 */
export async function connect(
  choice: ServerChoice,
  target: Target,
): Promise<Connection> {
  if (choice.type === "embedded") return await connectToEmbedded();
  const { url, token } = choice;
  const access: ServerAccess = { server: url, token: tokenOption(token) };
  checkAccess(access, target);
  if (token?.type === "file") await readToken(token.path);
  return {
    notice: undefined,
    source: (target) => sourceOf(target, access),
    rows: (target) => rowsOf(target, access),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function connectToEmbedded(): Promise<Connection> {
  // Loaded only here: nobody else should wait for it.
  const { startEmbeddedServer } = await import("./_embedded_server.ts");
  const embedded = await startEmbeddedServer();
  return {
    notice: embedded.notice,
    source: (target) => sourceOf(target, { server: embedded.url }),
    rows: (target) => rowsOf(target, { server: embedded.url }),
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

function sourceOf(target: Target, access: ServerAccess): ListerWatcher {
  return new ResourceSource(
    target,
    (place) => new RestListerWatcher({ ...access, ...place }),
  );
}

async function rowsOf(
  target: Target,
  access: ServerAccess,
): Promise<ListerWatcher<TableObject>> {
  const { TableSource } = await import("./_table_source.ts");
  const client = new RestClient(access);
  return new ResourceSource(
    target,
    (place) => new TableSource({ client, ...place }),
  );
}

function checkAccess(access: ServerAccess, target: Target): void {
  try {
    sourceOf(target, access);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

/** A file is read for every request: whoever renews it renews the token. */
function tokenOption(token: TokenChoice | undefined): ServerAccess["token"] {
  return token?.type === "file" ? () => readToken(token.path) : token?.text;
}

async function readToken(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(
      `Cannot read the token file: ${errorText(cause)}: check --token-file`,
      { cause },
    );
  }
  if (text.trim() !== "") return text;
  throw new Error(`Cannot use the token file ${path}: it is empty`);
}
