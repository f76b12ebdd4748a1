/**
 * Who should hold which shards: a function of what every replica can see, so
 * that all of them come to the same result without talking to each other.
 *
 * Each replica may hold its quota: the shards divided by the replicas, rounded
 * up for those that hold the most already, and down for the rest. The quotas add
 * up to the number of shards, and follow what is held. So nothing moves that
 * need not, and two replicas never wait for each other.
 *
 * @module
 */

/**
 * How many shards each replica may hold.
 *
 * @param shards How many there are.
 * @param held How many each living replica holds.
 * @returns How many each of them may hold.
 */
export function quotasOf(
  shards: number,
  held: ReadonlyMap<string, number>,
): Map<string, number> {
  const least = Math.floor(shards / held.size);
  const remainder = shards % held.size;
  const order = [...held].sort(([a, heldByA], [b, heldByB]) =>
    heldByB - heldByA || (a < b ? -1 : 1)
  );
  return new Map(
    order.map(([identity], rank) => [
      identity,
      least + (rank < remainder ? 1 : 0),
    ]),
  );
}

/** What is known of the shards. */
export interface ShardState {
  /** The replica that decides. */
  readonly identity: string;
  /** All replicas that are alive. */
  readonly replicas: Iterable<string>;
  /** Who holds each shard; undefined where it is free. */
  readonly holders: readonly (string | undefined)[];
}

/** What a replica should do. */
export interface ShardMoves {
  /** Shards to acquire. */
  readonly acquire: readonly number[];
  /** How many of its shards to give up. */
  readonly surplus: number;
}

/**
 * Decides what a replica should acquire or give up.
 *
 * @param state Who holds what.
 * @returns What to do.
 */
export function movesOf(state: ShardState): ShardMoves {
  const { identity, replicas, holders } = state;
  const held = new Map([identity, ...replicas].map((name) => [name, 0]));
  for (const holder of holders) {
    if (holder !== undefined) held.set(holder, (held.get(holder) ?? 0) + 1);
  }
  const quotas = quotasOf(holders.length, held);
  const free = holders.flatMap((holder, index) =>
    holder === undefined ? [index] : []
  );
  // Each replica has its own part of the free ones, so that they do not race.
  for (const name of [...held.keys()].sort()) {
    const wanted = (quotas.get(name) ?? 0) - (held.get(name) ?? 0);
    if (name === identity) {
      return {
        acquire: free.slice(0, Math.max(0, wanted)),
        surplus: Math.max(0, -wanted),
      };
    }
    free.splice(0, Math.max(0, wanted));
  }
  return { acquire: [], surplus: 0 };
}
