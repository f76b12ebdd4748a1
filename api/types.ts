/**
 * The data that watches and lists are made of, and the two interfaces that
 * everything here is built on: {@linkcode Lister} and {@linkcode Watcher}.
 *
 * These are shapes, not classes, and as wide as they can be: objects typed by
 * `npm:kubernetes-types` and by `npm:@kubernetes/client-node` both fit, and so
 * does a custom resource of one's own. Times are strings on the wire;
 * client-node types them as `Date`, which is why kubernetes-types is the
 * better description of what a watch delivers.
 *
 * @module
 */

/** An object that another object belongs to, as `metav1.OwnerReference`. */
export interface OwnerReference {
  /** API group and version of the owner. */
  apiVersion: string;
  /** Kind of the owner. */
  kind: string;
  /** Name of the owner. */
  name: string;
  /** UID of the owner. */
  uid: string;
  /** Whether the owner cannot be deleted before this object is gone. */
  blockOwnerDeletion?: boolean | undefined;
  /** Whether the owner is the controller that manages this object. */
  controller?: boolean | undefined;
}

/** Who set which fields, as `metav1.ManagedFieldsEntry`. */
export interface ManagedFieldsEntry {
  /** Version of the resource that the field set is written in. */
  apiVersion?: string | undefined;
  /** Format of `fieldsV1`; `"FieldsV1"` is the only one there is. */
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
 * What every Kubernetes object carries, as
 * [`metav1.ObjectMeta`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#ObjectMeta).
 */
export interface ObjectMeta {
  /** Unstructured data that tools keep with the object. */
  annotations?: { [key: string]: string } | undefined;
  /** When the server created the object. */
  creationTimestamp?: string | Date | undefined;
  /** Seconds that a graceful deletion may take. */
  deletionGracePeriodSeconds?: number | undefined;
  /** When the object is to be gone; set by the server on a deletion. */
  deletionTimestamp?: string | Date | undefined;
  /** What must happen before the object is removed. */
  finalizers?: string[] | undefined;
  /** Prefix of a name that the server makes unique. */
  generateName?: string | undefined;
  /** Counts the changes of the desired state. */
  generation?: number | undefined;
  /** What selectors select by. */
  labels?: { [key: string]: string } | undefined;
  /** Who set which fields. */
  managedFields?: ManagedFieldsEntry[] | undefined;
  /** Name, unique among the objects of its kind in its namespace. */
  name?: string | undefined;
  /** Namespace; absent on a cluster-scoped object. */
  namespace?: string | undefined;
  /** Objects that this one belongs to. */
  ownerReferences?: OwnerReference[] | undefined;
  /** Version of the object: where a watch can carry on from. */
  resourceVersion?: string | undefined;
  /** No longer set by servers. */
  selfLink?: string | undefined;
  /** Identifies the object in time and space: a new one has another. */
  uid?: string | undefined;
}

/** What every Kubernetes object has; the constraint on `T` everywhere here. */
export interface KubernetesObject {
  /** API group and version, such as `"apps/v1"`. */
  apiVersion?: string | undefined;
  /** Kind, such as `"Deployment"`. */
  kind?: string | undefined;
  /** Name, version, labels and the like. */
  metadata?: ObjectMeta | undefined;
}

/** What every list carries, as `metav1.ListMeta`. */
export interface ListMeta {
  /** Token to ask for the next page with; absent or empty on the last page. */
  continue?: string | undefined;
  /** How many items the following pages hold, where the server can tell. */
  remainingItemCount?: number | undefined;
  /** Version that the list shows: where a watch can carry on from. */
  resourceVersion?: string | undefined;
  /** No longer set by servers. */
  selfLink?: string | undefined;
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

/** One reason among several, as `metav1.StatusCause`. */
export interface StatusCause {
  /** The field of the request that is at fault. */
  field?: string | undefined;
  /** The cause, for a person to read. */
  message?: string | undefined;
  /** The cause, for a machine to read. */
  reason?: string | undefined;
}

/** What a {@linkcode Status} says beyond its reason, as `metav1.StatusDetails`. */
export interface StatusDetails {
  /** The single causes. */
  causes?: StatusCause[] | undefined;
  /** API group of what the status is about. */
  group?: string | undefined;
  /** Kind or resource of what the status is about. */
  kind?: string | undefined;
  /** Name of what the status is about. */
  name?: string | undefined;
  /** Seconds to wait before asking again. */
  retryAfterSeconds?: number | undefined;
  /** UID of what the status is about. */
  uid?: string | undefined;
}

/**
 * An API server's answer that is no object, mostly a failure, as
 * [`metav1.Status`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Status).
 */
export interface Status {
  /** `"v1"`. */
  apiVersion?: string | undefined;
  /** `"Status"`. */
  kind?: string | undefined;
  /** Version of the list where the status is about one; mostly empty. */
  metadata?: ListMeta | undefined;
  /** `"Success"` or `"Failure"`. */
  status?: string | undefined;
  /** What happened, for a person to read. */
  message?: string | undefined;
  /** What happened, for a machine to read: `"NotFound"`, `"Expired"`, … */
  reason?: string | undefined;
  /** The HTTP status code. */
  code?: number | undefined;
  /** More about what happened, as the reason demands. */
  details?: StatusDetails | undefined;
}

/**
 * One change of one object.
 *
 * @typeParam T Type of the object.
 */
export type ChangeEvent<T extends KubernetesObject = KubernetesObject> = {
  /** What happened to the object. */
  type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object after the change; the last known one after a deletion. */
  object: T;
};

/**
 * One event of a watch, as
 * [`watch.Event`](https://pkg.go.dev/k8s.io/apimachinery/pkg/watch#Event): a
 * change, a bookmark (an object with nothing but a resource version, up to
 * which all changes have been sent) or an error.
 *
 * @typeParam T Type of the watched objects.
 */
export type WatchEvent<T extends KubernetesObject = KubernetesObject> =
  | ChangeEvent<T>
  | { type: "BOOKMARK"; object: KubernetesObject }
  | { type: "ERROR"; object: Status };

/** What a list can be asked for: the fields of `metav1.ListOptions`. */
export interface ListOptions {
  /** Only objects with these labels: `"app=web,tier!=cache"`. */
  labelSelector?: string | undefined;
  /** Only objects with these field values: `"metadata.name=web"`. */
  fieldSelector?: string | undefined;
  /** Which version the list is to show; see `resourceVersionMatch`. */
  resourceVersion?: string | undefined;
  /** How `resourceVersion` is meant: `"Exact"` or `"NotOlderThan"`. */
  resourceVersionMatch?: string | undefined;
  /** Most items that one answer may hold. */
  limit?: number | undefined;
  /** The `metadata.continue` of the page before. */
  continue?: string | undefined;
  /** Seconds after which the server gives up. */
  timeoutSeconds?: number | undefined;
  /** Only the objects of one shard of the hash space. */
  shardSelector?: string | undefined;
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

/** What a watch can be asked for: the fields of `metav1.ListOptions`. */
export interface WatchOptions {
  /** Only objects with these labels: `"app=web,tier!=cache"`. */
  labelSelector?: string | undefined;
  /** Only objects with these field values: `"metadata.name=web"`. */
  fieldSelector?: string | undefined;
  /** The events after this version. */
  resourceVersion?: string | undefined;
  /** How `resourceVersion` is meant: `"NotOlderThan"`. */
  resourceVersionMatch?: string | undefined;
  /** Whether the server may send BOOKMARK events. */
  allowWatchBookmarks?: boolean | undefined;
  /** Whether the watch begins with an ADDED event for each object there is. */
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
 * A watch that cannot be opened rejects, with a `StatusError` where the server
 * answered and a `ConnectionError` where it did not. One that was opened ends
 * its stream when the server ends it, and errors it when the connection is
 * lost. Aborting `options.signal` or cancelling the stream ends the request.
 *
 * @typeParam T Type of the watched objects.
 */
export interface Watcher<T extends KubernetesObject = KubernetesObject> {
  /**
   * Opens a watch.
   *
   * @param options What to watch, from where on.
   * @returns The events, as a stream that reads nothing ahead.
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
   * @param options What to list.
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
