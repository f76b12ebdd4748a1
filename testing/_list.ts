/**
 * Lists objects: determines the version and page of a list by the rules of
 * "Semantics for get and list" in the Kubernetes documentation.
 *
 * @module
 */

import type { KubernetesObject, ListMeta, ListOptions } from "../api/types.ts";
import {
  type ContinueToken,
  decodeContinue,
  encodeContinue,
} from "./_continue_token.ts";
import type { FakeStore } from "./_fake_store.ts";
import { parseListVersion } from "./_resource_versions.ts";
import type { Selection } from "./_selection.ts";
import {
  badRequest,
  continueExpired,
  listExpired,
  tooLargeResourceVersion,
} from "./_statuses.ts";
import { checkListOptions } from "./_list_options.ts";

/**
 * A page of a list. Its items are shared: clone them before returning them to
 * callers.
 */
export interface Page<T extends KubernetesObject> {
  /** The objects. */
  readonly items: readonly T[];
  /** The resource version, and the `continue` token if there are more pages. */
  readonly metadata: ListMeta;
}

/** How the server lists objects. */
export interface ListBehavior {
  /** Whether `limit` is honored at resource version `"0"`. */
  readonly limitAtZero: boolean;
  /** The current epoch: `continue` tokens of earlier epochs have expired. */
  readonly epoch: number;
}

/**
 * Lists a page of objects.
 *
 * @param store The store.
 * @param selection The objects to list.
 * @param options The options of the request.
 * @param behavior How the server lists objects.
 * @returns The page.
 * @throws {StatusError} If the request is rejected.
 */
export function listPage<T extends KubernetesObject>(
  store: FakeStore<T>,
  selection: Selection,
  options: ListOptions,
  behavior: ListBehavior,
): Page<T> {
  checkListOptions(options);
  const token = options.continue
    ? checkToken(options, options.continue, store, behavior.epoch)
    : undefined;
  const revision = token === undefined
    ? requestedRevision(options, store.revision)
    : token.revision < 0n
    ? store.revision
    : token.revision;
  const entries = store.entries(selection.prefix, revision);
  if (entries === undefined) throw listExpired();
  const left = token === undefined
    ? entries
    : entries.filter(([key]) => key > selection.prefix + token.after);
  const limit = limitOf(options, behavior.limitAtZero) ?? Infinity;
  const { items, after, remaining } = pageOf(left, selection, limit);
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      ...(remaining === 0 ? {} : {
        continue: encodeContinue({ revision, after, epoch: behavior.epoch }),
        ...(selection.selectsAll ? { remainingItemCount: remaining } : {}),
      }),
    },
  };
}

/**
 * Takes the selected objects up to a limit. Objects that are not selected count
 * as remaining, since a server does not look at them.
 */
function pageOf<T extends KubernetesObject>(
  entries: readonly [string, T][],
  selection: Selection,
  limit: number,
) {
  const items: T[] = [];
  for (const [index, [key, object]] of entries.entries()) {
    if (!selection.matches(object)) continue;
    items.push(object);
    if (items.length < limit || selection.isNamed) continue;
    const after = key.slice(selection.prefix.length);
    return { items, after, remaining: entries.length - index - 1 };
  }
  return { items, after: "", remaining: 0 };
}

function limitOf(
  { limit = 0, resourceVersion }: ListOptions,
  limitAtZero: boolean,
): number | undefined {
  if (limit <= 0) return undefined;
  return resourceVersion === "0" && !limitAtZero ? undefined : limit;
}

/** Returns the revision of a list that is not a continuation. */
function requestedRevision(options: ListOptions, current: bigint): bigint {
  const { resourceVersion, resourceVersionMatch, limit = 0 } = options;
  const asked = parseListVersion(resourceVersion);
  if (asked > current) throw tooLargeResourceVersion(asked, current);
  // Without `resourceVersionMatch`, a limit implies an exact match: a legacy
  // rule from before the parameter existed.
  const exact = resourceVersionMatch === "Exact" ||
    (!resourceVersionMatch && limit > 0 && asked > 0n);
  return exact ? asked : current;
}

function checkToken<T extends KubernetesObject>(
  options: ListOptions,
  text: string,
  store: FakeStore<T>,
  epoch: number,
): ContinueToken {
  const token = decodeContinue(text);
  const { resourceVersion = "" } = options;
  if (resourceVersion !== "" && resourceVersion !== "0") {
    throw badRequest(
      "specifying resource version is not allowed when using continue",
    );
  }
  const expired = token.revision >= 0n &&
    (token.epoch < epoch || token.revision < store.compacted);
  if (expired) {
    throw continueExpired(encodeContinue({ ...token, revision: -1n, epoch }));
  }
  return token;
}
