/**
 * Parses the path that client-node's informer watches. It may include a query,
 * which is the only way to pass a field selector there.
 *
 * @module
 */

/** The parts of a path, as options of a `RestListerWatcher`. */
export interface InformerPath {
  /** The path without its query. */
  path: string;
  /** The given one, else that of the query. */
  labelSelector: string | undefined;
  /** From the query. */
  fieldSelector: string | undefined;
  /** From the query. */
  shardSelector: string | undefined;
}

/**
 * Parses a path. All other parameters of its query are ignored: they concern
 * the watch itself, which the informer controls.
 *
 * @param text The path, optionally with a query.
 * @param labelSelector Overrides that of the query.
 * @returns The parts of the path.
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
