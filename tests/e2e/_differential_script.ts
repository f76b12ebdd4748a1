/**
 * The scripts of the differential test.
 *
 * @module
 */

import { access, large, namespaceDeleted } from "./_differential_access.ts";
import {
  customObjects,
  definitionsChanged,
  definitionsMade,
  expired,
} from "./_differential_definitions.ts";
import {
  listed,
  pages,
  representations,
  selectors,
  shards,
  versions,
} from "./_differential_lists.ts";
import {
  discovery,
  objects,
  spaces,
  WIDGETS,
} from "./_differential_objects.ts";
import { randomEnd, randomSteps } from "./_differential_random.ts";
import { get, send, type Step } from "./_differential_steps.ts";
import {
  watchEnds,
  watchEvents,
  watchStarts,
} from "./_differential_watches.ts";

/** Requests about built-in resources. */
export const builtInScript: readonly Step[] = [
  ...discovery,
  ...spaces,
  ...objects,
  ...listed,
  ...versions,
  ...pages,
  ...selectors,
  ...representations,
  ...shards,
  ...large,
  ...access,
  ...watchStarts,
  ...watchEvents,
  ...watchEnds,
];

/** Requests about resources that are defined. */
export const definitionScript: readonly Step[] = [
  ...spaces,
  ...definitionsMade,
  ...customObjects,
  send("before random", get(WIDGETS)),
  ...randomSteps(1, 150),
  ...randomSteps(2, 150),
  ...randomEnd,
  ...definitionsChanged,
  ...expired,
];

/** Requests about a namespace that is deleted. */
export const namespaceScript: readonly Step[] = namespaceDeleted;
