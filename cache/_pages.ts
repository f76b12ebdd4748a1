/**
 * One list out of as many pages as it takes.
 *
 * A `continue` token may expire while the pages are walked. What was collected
 * until then belongs to a version that is gone, so that all of it is dropped
 * and everything is asked for once more, without a limit, so that nothing is
 * left to expire.
 *
 * @module
 */

import { isExpired } from "../api/status_predicates.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListOptions,
} from "../api/types.ts";

/** The page size of client-go's pager. */
export const DEFAULT_PAGE_SIZE = 500;

/** What walks the pages. */
export interface PageWalk<T extends KubernetesObject> {
  /** Asks for one page. */
  ask: (options: ListOptions) => Promise<KubernetesList<T>>;
  /** Takes the items of a page. */
  take: (items: T[]) => void;
  /** Drops all that was taken: the pages have expired. */
  drop: (error: unknown) => void;
}

/** What a walk has found beside the items. */
export interface WalkedPages {
  /** The version that the list shows; empty where the server gave none. */
  version: string;
  /** Whether the first answer was not the whole list. */
  cameInPages: boolean;
}

/**
 * Asks for a whole list.
 *
 * @typeParam T Type of the objects.
 * @param first What the first request asks for; later ones carry no version.
 * @param pageSize Most items of one answer; 0 for all in one.
 * @param walk What to do with the pages.
 * @returns What is known of the list.
 * @throws {TypeError} If an answer is no list.
 * @throws What `ask` rejects with, but for the first expiry of a page.
 */
export async function walkPages<T extends KubernetesObject>(
  first: ListOptions,
  pageSize: number,
  walk: PageWalk<T>,
): Promise<WalkedPages> {
  let limit = pageSize > 0 ? { limit: pageSize } : {};
  let list = await askForItems(walk, { ...first, ...limit });
  const cameInPages = hasMore(list);
  let hasExpired = false;
  while (hasMore(list)) {
    const page = { ...limit, continue: list.metadata?.continue };
    try {
      list = await askForItems(walk, page);
    } catch (error) {
      if (hasExpired || !isExpired(error)) throw error;
      hasExpired = true;
      limit = {};
      walk.drop(error);
      list = await askForItems(walk, first);
    }
  }
  return { version: list.metadata?.resourceVersion ?? "", cameInPages };
}

function hasMore(list: KubernetesList): boolean {
  return Boolean(list.metadata?.continue);
}

async function askForItems<T extends KubernetesObject>(
  walk: PageWalk<T>,
  options: ListOptions,
): Promise<KubernetesList<T>> {
  const list = await walk.ask(options);
  const items: unknown = list?.items;
  // Go writes an empty list as null.
  if (items === null) return list;
  if (!Array.isArray(items)) {
    throw new TypeError("Cannot use the list: list() gave no items");
  }
  walk.take(list.items);
  return list;
}

/**
 * Refuses a size of pages that is none, before anything is asked for.
 *
 * @param pageSize Most items of one answer; 0 for all in one.
 * @throws {RangeError} If it is no whole number, or below zero.
 */
export function checkPageSize(pageSize: number | undefined): void {
  if (pageSize === undefined) return;
  if (Number.isInteger(pageSize) && pageSize >= 0) return;
  throw new RangeError(
    `Cannot use ${pageSize} as pageSize: it is a number of items, or 0 for all`,
  );
}
