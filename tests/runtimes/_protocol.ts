/**
 * How the suite on a runtime and the test that started it talk: JSON over HTTP,
 * which every runtime speaks, a browser and a worker included.
 *
 * @module
 */

/** A server as the suite asks for it. */
export interface SceneOptions {
  /** The bearer token that requests must carry. */
  readonly token?: string;
  /** The bytes in a chunk of a watch's body. */
  readonly chunkSize?: number;
  /** Whether all bodies are compressed. */
  readonly gzip?: boolean;
  /** Whether it speaks TLS, HTTP/2 included, through a proxy that can stall. */
  readonly tls?: boolean;
}

/** A server that has been started. */
export interface SceneAddress {
  readonly id: number;
  readonly url: string;
  /** The certificate authority of a server with TLS, as PEM. */
  readonly ca: string | undefined;
}

/** What a server has seen. */
export interface SceneState {
  readonly resourceVersion: string;
  readonly watchStarts: number;
  readonly openWatches: number;
  readonly requests: readonly {
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  }[];
}

/** How the next request fails. */
export interface Failure {
  readonly status?: number;
  readonly hang?: "answer" | "body";
  readonly count?: number;
}

/** An object for a server. */
export interface SceneObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** What the suite asks of the stage, with what it gets. */
export interface StageCalls {
  open(options: SceneOptions): SceneAddress;
  close(scene: number): void;
  create(scene: number, object: SceneObject): string;
  update(scene: number, object: SceneObject): string;
  cut(scene: number): void;
  silence(scene: number): void;
  compact(scene: number): void;
  fail(scene: number, failure: Failure): void;
  stall(scene: number): void;
  state(scene: number): SceneState;
  watchStarted(scene: number, count: number): void;
  requested(scene: number, count: number): void;
  watchesClosed(scene: number): void;
}

/** The result of a behavior. */
export interface Result {
  readonly behavior: string;
  /** Why it failed; undefined if it did not. */
  readonly error: string | undefined;
}
