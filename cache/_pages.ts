/**
 * Paging through a list.
 *
 * A `continue` token may expire on the way. The pages until then belong to a
 * version that is gone, so they are dropped and the whole list is requested
 * once more, without a limit, so that no token can expire again.
 *
 * A server, or what stands in front of it, may hand out the same token again
 * and again. That list would never end, so the first repetition fails it.
 *
 * @module
 */

import {
  type CheckedListMeta,
  checkList,
  itemEventsOf,
} from "../api/_untrusted.ts";
import { isExpired } from "../api/status_predicates.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ListOptions,
} from "../api/types.ts";

/** The page size of client-go's pager. */
export const DEFAULT_PAGE_SIZE = 500;

/** Requests pages and takes their items. */
export interface PageWalk<T extends KubernetesObject> {
  /** Requests one page. */
  request: (options: ListOptions) => Promise<KubernetesList<T>>;
  /** Called with the items of each page, as events that add them. */
  take: (items: readonly ChangeEvent<T>[]) => void;
  /** Called when the pages have expired: drops all items taken so far. */
  drop: (error: unknown) => void;
}

/** What is known of a list besides its items. */
export interface WalkedPages {
  /** The resource version of the list; empty if the server sent none. */
  version: string;
  /** Whether the first response was not the whole list. */
  cameInPages: boolean;
}

/**
 * Requests a whole list, page by page.
 *
 * @typeParam T Type of the objects.
 * @param first The options of the first request; later ones carry no version.
 * @param pageSize The most items of a page; 0 requests everything at once.
 * @param walk Requests the pages and takes their items.
 * @returns What is known of the list besides its items.
 * @throws {TypeError} If a response is not a list, or an item is not an object.
 * @throws {Error} If a token is returned that has been sent already.
 * @throws What `request` rejects with, except for the first expired token.
 */
export async function walkPages<T extends KubernetesObject>(
  first: ListOptions,
  pageSize: number,
  walk: PageWalk<T>,
): Promise<WalkedPages> {
  let limit = pageSize > 0 ? { limit: pageSize } : {};
  let sent = new Set<string>();
  let page = await takePage(walk, { ...first, ...limit });
  const cameInPages = page.continue !== "";
  let hasExpired = false;
  while (page.continue !== "") {
    if (sent.has(page.continue)) throw repeatedToken();
    sent.add(page.continue);
    try {
      page = await takePage(walk, { ...limit, continue: page.continue });
    } catch (error) {
      if (hasExpired || !isExpired(error)) throw error;
      hasExpired = true;
      limit = {};
      // The tokens of a new list are its own.
      sent = new Set();
      walk.drop(error);
      page = await takePage(walk, first);
    }
  }
  return { version: page.resourceVersion, cameInPages };
}

async function takePage<T extends KubernetesObject>(
  walk: PageWalk<T>,
  options: ListOptions,
): Promise<CheckedListMeta> {
  const list = await walk.request(options);
  const page = checkList(list);
  walk.take(itemEventsOf(list));
  return page;
}

function repeatedToken(): Error {
  return new Error(
    "Cannot list all pages: the server returned the same continue token again",
  );
}

/**
 * Throws if a page size is not a non-negative integer.
 *
 * @param pageSize The most items of a page; undefined is allowed.
 * @throws {RangeError} If it is negative or not an integer.
 */
export function checkPageSize(pageSize: number | undefined): void {
  if (pageSize === undefined) return;
  if (Number.isInteger(pageSize) && pageSize >= 0) return;
  throw new RangeError(
    `Cannot use ${pageSize} as pageSize: expected a non-negative integer`,
  );
}
