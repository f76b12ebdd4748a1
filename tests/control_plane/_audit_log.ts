/**
 * The audit log of kube-apiserver, reduced to the watches that clients open:
 * the server writes an entry when it has sent the headers of the response. With
 * all features of 1.37.2 on, it writes each of them twice.
 *
 * @module
 */

/** A watch that a client has opened. */
export interface OpenedWatch {
  /** The user agent of the client. */
  readonly userAgent: string;
  /** The plural name of the watched resource. */
  readonly resource: string;
}

/** Records watches once they are open, and nothing else. */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseComplete", "Panic"],
  rules: [{ level: "Metadata", verbs: ["watch"] }, { level: "None" }],
};

/**
 * Reads the log.
 *
 * @param path The path of the log.
 * @returns The watches opened so far, oldest first.
 */
export async function readOpenedWatches(path: string): Promise<OpenedWatch[]> {
  // The server may be writing the last line.
  const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  const watches = new Map<string, OpenedWatch>();
  for (const line of lines) {
    const { auditID, userAgent = "", objectRef }: AuditEvent = JSON.parse(line);
    watches.set(auditID, { userAgent, resource: objectRef?.resource ?? "" });
  }
  return [...watches.values()];
}

interface AuditEvent {
  readonly auditID: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string };
}
