/**
 * How YAML is read: as YAML 1.2, and with the merge keys of YAML 1.1
 * (`<<: *anchor`), which kubectl's parser applies and js-yaml does not by
 * default.
 *
 * @module
 */

import { CORE_SCHEMA, mergeTag, type Schema } from "js-yaml";

/** The schema to pass to js-yaml's `load` and `loadAll`. */
export const YAML_SCHEMA: Schema = CORE_SCHEMA.withTags(mergeTag);
