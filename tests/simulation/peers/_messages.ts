/**
 * What the harness and the program of a peer say to each other: a JSON object a
 * line, on standard input and output. The program ends when its input does.
 *
 * @module
 */

/** The versions of objects, by name. */
export type Versions = Readonly<Record<string, string>>;

/** A command to the program of a peer. */
export type PeerCommand =
  | {
    /** Begin to watch the ConfigMaps of a namespace. */
    readonly type: "start";
    readonly seed: number;
    readonly server: string;
    readonly namespace: string;
  }
  | {
    /** Report the cache, and stop. */
    readonly type: "finish";
    readonly seed: number;
  };

/** What a consumer reports. */
export type PeerReport =
  | {
    /** The consumer of a watch has listed, and watches from that version. */
    readonly type: "listed";
    readonly version: string;
    readonly objects: Versions;
  }
  /** An informer has synced for the first time. */
  | { readonly type: "synced" }
  | {
    readonly type: "ADDED" | "MODIFIED" | "DELETED";
    readonly name: string;
    readonly uid: string;
    readonly version: string;
  }
  /** The peer has said that it cannot continue: its consumer starts over. */
  | { readonly type: "ended"; readonly why: string }
  /** What the cache holds at the end; without, if the peer has none. */
  | { readonly type: "cache"; readonly objects?: Versions | null | undefined };

/** What the program of a peer reports: of a seed, but for its own start. */
export type PeerMessage =
  | { readonly type: "ready" }
  | { readonly seed: number } & PeerReport;
