/**
 * The path that client-node's informer watches. It may have a query there: a
 * field selector has no other place.
 *
 * @module
 */

/** What is watched, in the words of `RestListerWatcherOptions`. */
export interface InformerPath {
  /** The path without its query. */
  path: string;
  /** From the query, unless given. */
  labelSelector: string | undefined;
  /** From the query. */
  fieldSelector: string | undefined;
  /** From the query. */
  shardSelector: string | undefined;
}

/**
 * Takes a path apart. What else its query holds is about the watch itself,
 * which the informer decides on.
 *
 * @param text The path, perhaps with a query.
 * @param labelSelector Replaces the query's.
 * @returns Its parts.
 */
export function informerPath(
  text: string,
  labelSelector: string | undefined,
): InformerPath {
  const [path = "", query] = text.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const valueOf = (name: string) => parameters.get(name) ?? undefined;
  return {
    path,
    labelSelector: labelSelector ?? valueOf("labelSelector"),
    fieldSelector: valueOf("fieldSelector"),
    shardSelector: valueOf("shardSelector"),
  };
}
