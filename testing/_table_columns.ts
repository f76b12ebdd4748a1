/**
 * The definitions of columns of tables, in the words of a kube-apiserver.
 *
 * @module
 */

/** The definition of a column. */
export interface TableColumn {
  /** The title. */
  readonly name: string;
  /** The type, such as `"string"`. */
  readonly type: string;
  /** The format, such as `"name"`. */
  readonly format: string;
  /** A description. */
  readonly description: string;
  /** 0, or higher for a column that is only shown on request. */
  readonly priority: number;
}

/** The name of an object. */
export const NAME_COLUMN: TableColumn = {
  name: "Name",
  type: "string",
  format: "name",
  description:
    "Name must be unique within a namespace. Is required when creating " +
    "resources, although some resources may allow a client to request the " +
    "generation of an appropriate name automatically. Name is primarily " +
    "intended for creation idempotence and configuration definition. Cannot " +
    "be updated. More info: https://kubernetes.io/docs/concepts/overview/" +
    "working-with-objects/names#names",
  priority: 0,
};

const CREATION_TIMESTAMP =
  "CreationTimestamp is a timestamp representing the server time when this " +
  "object was created. It is not guaranteed to be set in happens-before order " +
  "across separate operations. Clients may not set this value. It is " +
  "represented in RFC3339 form and is in UTC.\n\nPopulated by the system. " +
  "Read-only. Null for lists. More info: https://git.k8s.io/community/" +
  "contributors/devel/sig-architecture/api-conventions.md#metadata";

/** The age of an object. */
export const AGE_COLUMN: TableColumn = {
  name: "Age",
  type: "string",
  format: "",
  description: CREATION_TIMESTAMP,
  priority: 0,
};

/** When an object was created, of kinds without columns of their own. */
export const CREATED_COLUMN: TableColumn = {
  name: "Created At",
  type: "date",
  format: "",
  description: CREATION_TIMESTAMP,
  priority: 0,
};

/** The number of entries of a ConfigMap. */
export const DATA_COLUMN: TableColumn = {
  name: "Data",
  type: "string",
  format: "",
  description:
    "Data contains the configuration data. Each key must consist of " +
    "alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte " +
    "sequences must use the BinaryData field. The keys stored in Data must " +
    "not overlap with the keys in the BinaryData field, this is enforced " +
    "during validation process.",
  priority: 0,
};

/** The phase of a Namespace. */
export const STATUS_COLUMN: TableColumn = {
  name: "Status",
  type: "string",
  format: "",
  description: "The status of the namespace",
  priority: 0,
};
