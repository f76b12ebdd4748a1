/**
 * How YAML is read: as YAML 1.2, and with what kubectl's parser accepts and
 * js-yaml does not by default: the merge keys of YAML 1.1 (`<<: *anchor`), its
 * booleans (`yes`), and keys that come twice, of which the last one counts.
 *
 * @module
 */

import {
  boolYaml11Tag,
  CORE_SCHEMA,
  type LoadOptions,
  mergeTag,
} from "js-yaml";

/** The options to pass to js-yaml's `loadAll`. */
export const YAML_OPTIONS: LoadOptions = {
  schema: CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag),
  json: true,
};
