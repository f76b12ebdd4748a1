/**
 * The tokens of an auth provider in a kubeconfig file: read again, because
 * another process may have renewed them, and written back, as kubectl does. A
 * provider may give out a refresh token only once, so that the old one in the
 * file would be of no use to anyone.
 *
 * @module
 */

import { dump } from "js-yaml";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { parseYaml } from "./_kubeconfig_file.ts";
import { isDeno, readTextFile } from "../internal/runtime.ts";

/** Keeps the configuration of an auth provider for other processes. */
export interface AuthProviderStore {
  /** Reads the configuration; undefined if it is not another one by now. */
  load(): JsonRecord | undefined;
  /** Keeps changed values, or throws if that is not possible. */
  save(changes: JsonRecord): Promise<void>;
}

/** Where a user's entry is. */
export interface UserLocation {
  /** The kubeconfig file. */
  readonly path: string;
  /** The name of the user. */
  readonly name: string;
}

/**
 * Returns the store in a kubeconfig file.
 *
 * @param location The user's entry in it.
 * @returns The store.
 */
export function kubeconfigStore(location: UserLocation): AuthProviderStore {
  // What cannot be saved is newer than what is in the file.
  let known: JsonRecord | undefined;
  return {
    load() {
      const found = read(location);
      if (found === undefined || hasSameTokens(found, known)) return undefined;
      return known = found;
    },
    async save(changes) {
      await save(location, changes);
      known = { ...known, ...changes };
    },
  };
}

function read({ path, name }: UserLocation): JsonRecord | undefined {
  try {
    return configOf(parseYaml(readTextFile(path), path), name);
  } catch {
    // The last configuration is still there.
    return undefined;
  }
}

function hasSameTokens(a: JsonRecord, b: JsonRecord | undefined): boolean {
  return ["id-token", "refresh-token"].every((name) => a[name] === b?.[name]);
}

async function save(
  { path, name }: UserLocation,
  changes: JsonRecord,
): Promise<void> {
  const fs = await import("node:fs/promises");
  // The file may be a link, which stays one.
  const target = await fs.realpath(path);
  await checkPermission(target);
  // As kubectl locks it. A second writer gives up.
  const lock = `${path}.lock`;
  await (await fs.open(lock, "wx")).close();
  try {
    const text = await fs.readFile(target, "utf8");
    await replace(target, withChanges(text, path, name, changes));
  } finally {
    await fs.rm(lock, { force: true });
  }
}

/** Replaces a file in one step, with its mode and owner. */
async function replace(path: string, text: string): Promise<void> {
  const fs = await import("node:fs/promises");
  const { mode, uid, gid } = await fs.stat(path);
  const beside = `${path}.${crypto.randomUUID()}`;
  try {
    // Secret from the beginning.
    await fs.writeFile(beside, text, { flag: "wx", mode: 0o600 });
    const created = await fs.stat(beside);
    if (created.uid !== uid || created.gid !== gid) {
      await fs.chown(beside, uid, gid);
    }
    await fs.chmod(beside, mode & 0o7777);
    await fs.rename(beside, path);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error;
  }
}

/** Without permission, Deno would prompt the user while the program runs. */
async function checkPermission(path: string): Promise<void> {
  if (!isDeno()) return;
  const directory = path.replace(/[\\/][^\\/]*$/, "") || "/";
  const { state } = await Deno.permissions.query({
    name: "write",
    path: directory,
  });
  if (state !== "granted") throw new Error("no permission to write it");
}

function withChanges(
  text: string,
  path: string,
  name: string,
  changes: JsonRecord,
): string {
  const value = parseYaml(text, path);
  if (configOf(value, name) === undefined || !isRecord(value)) {
    throw new Error("it has no such user any more");
  }
  const changed = {
    ...value,
    // Copies: the entries of several users may be one by YAML's anchors.
    users: usersOf(value).map((item) => {
      if (!isRecord(item) || item.name !== name) return item;
      const user = isRecord(item.user) ? item.user : {};
      const provider = user["auth-provider"];
      const config = { ...configOf(value, name), ...changes };
      return {
        ...item,
        user: {
          ...user,
          "auth-provider": { ...isRecord(provider) ? provider : {}, config },
        },
      };
    }),
  };
  return /^\s*\{/.test(text)
    ? `${JSON.stringify(changed, null, 2)}\n`
    : dump(changed, { noRefs: true, lineWidth: -1 });
}

function usersOf(kubeconfig: unknown): readonly unknown[] {
  return isRecord(kubeconfig) && Array.isArray(kubeconfig.users)
    ? kubeconfig.users
    : [];
}

function configOf(kubeconfig: unknown, name: string): JsonRecord | undefined {
  for (const item of usersOf(kubeconfig)) {
    if (!isRecord(item) || item.name !== name) continue;
    if (!isRecord(item.user)) return undefined;
    const provider = item.user["auth-provider"];
    if (!isRecord(provider)) return undefined;
    return isRecord(provider.config) ? provider.config : {};
  }
  return undefined;
}
