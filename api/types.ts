/**
 * The data that watches and lists consist of, and the two interfaces that the
 * whole package is built on: {@linkcode Lister} and {@linkcode Watcher}.
 *
 * These are structural types, not classes, and as permissive as possible:
 * objects typed by `npm:kubernetes-types` and by `npm:@kubernetes/client-node`
 * both fit, and so do custom resources. Times are strings on the wire;
 * client-node types them as `Date`, so kubernetes-types describes more
 * accurately what a watch delivers.
 *
 * @module
 */

/** A reference to the owner of an object, as `metav1.OwnerReference`. */
export interface OwnerReference {
  /** API group and version of the owner. */
  apiVersion: string;
  /** Kind of the owner. */
  kind: string;
  /** Name of the owner. */
  name: string;
  /** UID of the owner. */
  uid: string;
  /** Whether the owner cannot be removed before this object has been. */
  blockOwnerDeletion?: boolean | undefined;
  /** Whether the owner is the controller that manages this object. */
  controller?: boolean | undefined;
}

/** The fields that one manager owns, as `metav1.ManagedFieldsEntry`. */
export interface ManagedFieldsEntry {
  /** Version of the resource that the field set is written in. */
  apiVersion?: string | undefined;
  /** Format of `fieldsV1`; always `"FieldsV1"`. */
  fieldsType?: string | undefined;
  /** The set of fields. */
  fieldsV1?: object | undefined;
  /** Name of the workflow that manages these fields. */
  manager?: string | undefined;
  /** `"Apply"` or `"Update"`. */
  operation?: string | undefined;
  /** Subresource through which the fields were set. */
  subresource?: string | undefined;
  /** When the set last changed. */
  time?: string | Date | undefined;
}

/**
 * The metadata of a Kubernetes object, as
 * [`metav1.ObjectMeta`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#ObjectMeta).
 */
export interface ObjectMeta {
  /** Unstructured data that tools keep with the object. */
  annotations?: { [key: string]: string } | undefined;
  /** When the server created the object. */
  creationTimestamp?: string | Date | undefined;
  /** Seconds that a graceful deletion may take. */
  deletionGracePeriodSeconds?: number | undefined;
  /** When the object will be removed; set by the server on deletion. */
  deletionTimestamp?: string | Date | undefined;
  /** Must be empty before the server removes the object. */
  finalizers?: string[] | undefined;
  /** Prefix from which the server generates a unique name. */
  generateName?: string | undefined;
  /** Sequence number of the desired state; grows with each change of it. */
  generation?: number | undefined;
  /** Key-value pairs that selectors match. */
  labels?: { [key: string]: string } | undefined;
  /** Which manager owns which fields. */
  managedFields?: ManagedFieldsEntry[] | undefined;
  /** Name, unique among the objects of its kind in its namespace. */
  name?: string | undefined;
  /** Namespace; absent on a cluster-scoped object. */
  namespace?: string | undefined;
  /** Owners of the object, which is garbage-collected with the last one. */
  ownerReferences?: OwnerReference[] | undefined;
  /** Version of the object, from which a watch can start. */
  resourceVersion?: string | undefined;
  /** Deprecated by Kubernetes; servers no longer set it. */
  selfLink?: string | undefined;
  /** Unique in time and space: an object created anew has a different one. */
  uid?: string | undefined;
}

/** A Kubernetes object; the constraint on `T` throughout this package. */
export interface KubernetesObject {
  /** API group and version, such as `"apps/v1"`. */
  apiVersion?: string | undefined;
  /** Kind, such as `"Deployment"`. */
  kind?: string | undefined;
  /** Name, version, labels and the like. */
  metadata?: ObjectMeta | undefined;
}

/** The metadata of a list, as `metav1.ListMeta`. */
export interface ListMeta {
  /** Token that requests the next page; absent or empty on the last page. */
  continue?: string | undefined;
  /** How many items the remaining pages hold, if the server knows. */
  remainingItemCount?: number | undefined;
  /** Version of the list, from which a watch can start. */
  resourceVersion?: string | undefined;
  /** Deprecated by Kubernetes; servers no longer set it. */
  selfLink?: string | undefined;
  /** The shard that the list shows; absent where it shows everything. */
  shardInfo?: ShardInfo | undefined;
}

/** Which shard a list shows, as `metav1.ShardInfo`. */
export interface ShardInfo {
  /** The `shardSelector` that was asked for. */
  selector?: string | undefined;
}

/**
 * Which object an event or an item is about, as far as its metadata tells.
 */
export interface ObjectIdentity {
  /** Its name. */
  name: string;
  /** Its namespace; absent on a cluster-scoped object. */
  namespace?: string | undefined;
  /** Its UID. */
  uid?: string | undefined;
  /** Its version. */
  resourceVersion?: string | undefined;
}

/**
 * A list of objects, or one page of it.
 *
 * @typeParam T Type of the items.
 */
export interface KubernetesList<T extends KubernetesObject = KubernetesObject> {
  /** API group and version of the list. */
  apiVersion?: string | undefined;
  /** Kind of the list, such as `"PodList"`. */
  kind?: string | undefined;
  /** Version and continuation of the list. */
  metadata?: ListMeta | undefined;
  /** The objects. */
  items: T[];
}

/** One cause of a failure, as `metav1.StatusCause`. */
export interface StatusCause {
  /** The field of the request that caused the failure. */
  field?: string | undefined;
  /** A human-readable description of the cause. */
  message?: string | undefined;
  /** A machine-readable description of the cause. */
  reason?: string | undefined;
}

/** Details of a {@linkcode Status}, as `metav1.StatusDetails`. */
export interface StatusDetails {
  /** The causes of the failure. */
  causes?: StatusCause[] | undefined;
  /** API group of the resource that the status is about. */
  group?: string | undefined;
  /** Kind or resource that the status is about. */
  kind?: string | undefined;
  /** Name of the object that the status is about. */
  name?: string | undefined;
  /** Seconds to wait before retrying. */
  retryAfterSeconds?: number | undefined;
  /** UID of the object that the status is about. */
  uid?: string | undefined;
}

/**
 * The response of an API server that does not return an object, usually because
 * of a failure, as
 * [`metav1.Status`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Status).
 */
export interface Status {
  /** `"v1"`. */
  apiVersion?: string | undefined;
  /** `"Status"`. */
  kind?: string | undefined;
  /** Metadata of the list that the status is about; usually empty. */
  metadata?: ListMeta | undefined;
  /** `"Success"` or `"Failure"`. */
  status?: string | undefined;
  /** A human-readable description of what happened. */
  message?: string | undefined;
  /** A machine-readable reason: `"NotFound"`, `"Expired"`, … */
  reason?: string | undefined;
  /** The HTTP status code. */
  code?: number | undefined;
  /** More data about the reason; each reason may define its own. */
  details?: StatusDetails | undefined;
}

/**
 * A change of one object.
 *
 * @typeParam T Type of the object.
 */
export type ChangeEvent<T extends KubernetesObject = KubernetesObject> = {
  /** What happened to the object. */
  type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object after the change; its last known state after a deletion. */
  object: T;
};

/**
 * An event of a watch, as
 * [`watch.Event`](https://pkg.go.dev/k8s.io/apimachinery/pkg/watch#Event): a
 * change, a bookmark (an object that has only a resource version, up to which
 * all changes have been sent) or an error.
 *
 * @typeParam T Type of the watched objects.
 */
export type WatchEvent<T extends KubernetesObject = KubernetesObject> =
  | ChangeEvent<T>
  | { type: "BOOKMARK"; object: KubernetesObject }
  | { type: "ERROR"; object: Status };

/** Options for {@linkcode Lister.list}: fields of `metav1.ListOptions`. */
export interface ListOptions {
  /** Only objects with these labels: `"app=web,tier!=cache"`. */
  labelSelector?: string | undefined;
  /** Only objects with these field values: `"metadata.name=web"`. */
  fieldSelector?: string | undefined;
  /** Version to list at; `resourceVersionMatch` says how it is applied. */
  resourceVersion?: string | undefined;
  /** How `resourceVersion` is applied: `"Exact"` or `"NotOlderThan"`. */
  resourceVersionMatch?: string | undefined;
  /** Maximum number of items in one response. */
  limit?: number | undefined;
  /** The `metadata.continue` of the previous page. */
  continue?: string | undefined;
  /** Seconds after which the server gives up. */
  timeoutSeconds?: number | undefined;
  /** Only the objects of one shard of the hash space. */
  shardSelector?: string | undefined;
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

/** Options for {@linkcode Watcher.watch}: fields of `metav1.ListOptions`. */
export interface WatchOptions {
  /** Only objects with these labels: `"app=web,tier!=cache"`. */
  labelSelector?: string | undefined;
  /** Only objects with these field values: `"metadata.name=web"`. */
  fieldSelector?: string | undefined;
  /** Version to start after. */
  resourceVersion?: string | undefined;
  /** How `resourceVersion` is applied: `"NotOlderThan"`. */
  resourceVersionMatch?: string | undefined;
  /** Whether the server may send BOOKMARK events. */
  allowWatchBookmarks?: boolean | undefined;
  /** Whether the watch starts with an ADDED event for each existing object. */
  sendInitialEvents?: boolean | undefined;
  /** Seconds after which the server ends the watch. */
  timeoutSeconds?: number | undefined;
  /** Only the objects of one shard of the hash space. */
  shardSelector?: string | undefined;
  /** Aborts the request, and later the stream. */
  signal?: AbortSignal | undefined;
}

/**
 * Something that can be watched, as client-go's
 * [`cache.Watcher`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Watcher).
 *
 * If a watch cannot be opened, the promise rejects: with a `StatusError` if the
 * server refused, with a `ConnectionError` if it did not respond. The stream of
 * an open watch closes when the server ends the watch, and errors when the
 * connection is lost. Aborting `options.signal` or cancelling the stream ends
 * the request.
 *
 * @typeParam T Type of the watched objects.
 */
export interface Watcher<T extends KubernetesObject = KubernetesObject> {
  /**
   * Opens a watch.
   *
   * @param options Which objects to watch, and from which version.
   * @returns The events, as a stream that does not read ahead.
   */
  watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>>;
}

/**
 * Something that can be listed, as client-go's
 * [`cache.Lister`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Lister).
 *
 * @typeParam T Type of the listed objects.
 */
export interface Lister<T extends KubernetesObject = KubernetesObject> {
  /**
   * Lists the objects, or one page of them.
   *
   * @param options Which objects to list.
   * @returns The list.
   */
  list(options: ListOptions): Promise<KubernetesList<T>>;
}

/**
 * Something that can be listed and watched, as client-go's
 * [`cache.ListerWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/cache#ListerWatcher).
 *
 * @typeParam T Type of the objects.
 */
export interface ListerWatcher<T extends KubernetesObject = KubernetesObject>
  extends Lister<T>, Watcher<T> {}
