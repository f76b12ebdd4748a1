/**
 * A Lease (`coordination.k8s.io/v1`) as a record of a leader election, by the
 * rules of client-go's `tools/leaderelection`. No I/O.
 *
 * @module
 */

import {
  isRecord,
  type JsonRecord,
  numberField,
  textField,
} from "../internal/json_fields.ts";

/** Which Leases belong to one sharing. */
export const NAME_LABEL = "watchtools/shared-watch";

/** What a Lease of a sharing is for. */
export const ROLE_LABEL = "watchtools/shared-watch-role";

/** What is shared, and in how many shards. */
export const LAYOUT_ANNOTATION = "watchtools/shared-watch-layout";

/** What a Lease is for: all replicas, a shard, or one replica. */
export type LeaseRole = "layout" | "shard" | "replica";

/** A Lease, as far as it is understood. */
export interface Lease {
  /** All of it: what is not understood is written back as it is. */
  readonly object: JsonRecord;
  /** Its name. */
  readonly name: string;
  /** The sharing that it belongs to; empty if it is someone else's. */
  readonly sharing: string;
  /** Its role; undefined if it has none that is known. */
  readonly role: LeaseRole | undefined;
  /** What is shared, and in how many shards. */
  readonly layout: string;
  /** Who holds it; empty if no one does. */
  readonly holder: string;
  /** For how long, since it was seen to change. */
  readonly durationMs: number;
  /** How often the holder has changed. */
  readonly transitions: number;
  /** All that a renewal changes: equal texts mean that there was none. */
  readonly record: string;
}

/** How long a Lease is held, and how often it is renewed. */
export interface LeaseTimings {
  /** How long others wait for a renewal. */
  readonly leaseDurationMs: number;
  /** How long its holder goes on without one. */
  readonly renewDeadlineMs: number;
  /** How often it is renewed. */
  readonly retryPeriodMs: number;
}

/** How much longer than the retry period a retry may take. */
const JITTER_FACTOR = 1.2;

/**
 * Checks durations by the rules of client-go.
 *
 * @param timings The durations.
 * @throws {RangeError} If they cannot be used.
 */
export function checkTimings(timings: LeaseTimings): void {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = timings;
  for (const [name, value] of Object.entries(timings)) {
    if (value > 0 && value < Infinity) continue;
    throw new RangeError(
      `Cannot use ${value} as ${name}: expected a positive number of milliseconds`,
    );
  }
  if (leaseDurationMs % 1000 !== 0) {
    throw new RangeError(
      `Cannot use ${leaseDurationMs} as leaseDurationMs: a Lease takes whole seconds`,
    );
  }
  if (leaseDurationMs <= renewDeadlineMs) {
    throw new RangeError(
      `Cannot use ${leaseDurationMs} as leaseDurationMs: it must be greater than renewDeadlineMs (${renewDeadlineMs})`,
    );
  }
  if (renewDeadlineMs <= retryPeriodMs * JITTER_FACTOR) {
    throw new RangeError(
      `Cannot use ${renewDeadlineMs} as renewDeadlineMs: it must be greater than ${JITTER_FACTOR} times retryPeriodMs (${retryPeriodMs})`,
    );
  }
}

/**
 * When to try again to acquire a Lease, as client-go does.
 *
 * @param retryPeriodMs The retry period.
 * @returns Milliseconds.
 */
export function jitteredRetryMs(retryPeriodMs: number): number {
  return retryPeriodMs * (1 + Math.random() * JITTER_FACTOR);
}

/**
 * Reads a Lease.
 *
 * @param object What the server sent.
 * @returns The Lease; undefined if it is not an object with a name, or too deep
 *   to be a Lease.
 */
export function readLease(object: unknown): Lease | undefined {
  const name = textField(object, "metadata", "name");
  if (!isRecord(object) || name === undefined) return undefined;
  const record = recordOf(object);
  if (record === undefined) return undefined;
  return {
    object,
    name,
    sharing: textField(object, "metadata", "labels", NAME_LABEL) ?? "",
    role: roleOf(textField(object, "metadata", "labels", ROLE_LABEL)),
    layout: textField(object, "metadata", "annotations", LAYOUT_ANNOTATION) ??
      "",
    holder: textField(object, "spec", "holderIdentity") ?? "",
    durationMs: (numberField(object, "spec", "leaseDurationSeconds") ?? 0) *
      1000,
    transitions: numberField(object, "spec", "leaseTransitions") ?? 0,
    record,
  };
}

function recordOf({ spec }: JsonRecord): string | undefined {
  try {
    return JSON.stringify(spec ?? {});
  } catch {
    // Nested too deeply.
    return undefined;
  }
}

function roleOf(text: string | undefined): LeaseRole | undefined {
  return text === "layout" || text === "shard" || text === "replica"
    ? text
    : undefined;
}

/**
 * Checks that a Lease is not someone else's, which only has the same name.
 *
 * @param lease The Lease.
 * @param sharing The name of the sharing.
 * @param role What it has to be for.
 * @returns The Lease.
 * @throws {TypeError} If it is.
 */
export function ownLease(
  lease: Lease,
  sharing: string,
  role: LeaseRole,
): Lease {
  if (lease.sharing === sharing && lease.role === role) return lease;
  throw new TypeError(
    `Cannot use the Lease ${lease.name}: it does not belong to the shared watch ${sharing}; use another name, or delete it`,
  );
}

/** What is written into a Lease. */
export interface LeaseClaim {
  /** Who claims it. */
  readonly identity: string;
  /** What is shared, and in how many shards. */
  readonly layout: string;
  /** For how long. */
  readonly leaseDurationMs: number;
  /** The present time, in milliseconds since 1970. */
  readonly wallTime: number;
}

/**
 * A Lease after it has been acquired or renewed. Who held it already keeps the
 * time since when, and the number of transitions.
 *
 * @param lease The Lease.
 * @param claim Who claims it.
 * @returns What to write.
 */
export function claimed(lease: Lease, claim: LeaseClaim): JsonRecord {
  const now = microTime(claim.wallTime);
  const isHolder = lease.holder === claim.identity;
  const acquireTime = isHolder
    ? textField(lease.object, "spec", "acquireTime") ?? now
    : now;
  return withSpec(lease, claim.layout, {
    holderIdentity: claim.identity,
    leaseDurationSeconds: claim.leaseDurationMs / 1000,
    acquireTime,
    renewTime: now,
    leaseTransitions: lease.transitions + (isHolder ? 0 : 1),
  });
}

/**
 * A Lease after its holder has given it up.
 *
 * @param lease The Lease.
 * @param wallTime The present time, in milliseconds since 1970.
 * @returns What to write.
 */
export function released(lease: Lease, wallTime: number): JsonRecord {
  const now = microTime(wallTime);
  return withSpec(lease, lease.layout, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: lease.transitions,
  });
}

/** Where a new Lease belongs. */
export interface LeasePlace {
  /** Its namespace. */
  readonly namespace: string;
  /** The name of the sharing. */
  readonly sharing: string;
  /** Its name. */
  readonly name: string;
  /** What it is for. */
  readonly role: LeaseRole;
}

/**
 * A new Lease.
 *
 * @param place Where it belongs.
 * @param claim Who holds it.
 * @returns What to create.
 */
export function newLease(place: LeasePlace, claim: LeaseClaim): JsonRecord {
  const { namespace, sharing, name, role } = place;
  const now = microTime(claim.wallTime);
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name,
      namespace,
      labels: { [NAME_LABEL]: sharing, [ROLE_LABEL]: role },
      annotations: { [LAYOUT_ANNOTATION]: claim.layout },
    },
    // The layout is held by no one: it belongs to all replicas.
    spec: role === "layout" ? {} : {
      holderIdentity: claim.identity,
      leaseDurationSeconds: claim.leaseDurationMs / 1000,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    },
  };
}

/**
 * A Lease with another layout.
 *
 * @param lease The Lease.
 * @param layout The layout.
 * @returns What to write.
 */
export function withLayout(lease: Lease, layout: string): JsonRecord {
  return withSpec(lease, layout, {});
}

function withSpec(
  { object }: Lease,
  layout: string,
  spec: JsonRecord,
): JsonRecord {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const annotations = isRecord(metadata.annotations)
    ? metadata.annotations
    : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { ...annotations, [LAYOUT_ANNOTATION]: layout },
    },
    spec: { ...(isRecord(object.spec) ? object.spec : {}), ...spec },
  };
}

/** A `metav1.MicroTime`, which has six digits after the point. */
function microTime(wallTime: number): string {
  return new Date(wallTime).toISOString().replace("Z", "000Z");
}
