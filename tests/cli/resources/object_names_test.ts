/**
 * The names of objects in output.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  objectName,
  qualifiedPlural,
} from "../../../cli/resources/object_names.ts";
import { resourceNamed } from "../../support/cli_resources.ts";

const deployments = resourceNamed("deployments");
const pods = resourceNamed("pods");

Deno.test("objectName() is kubectl's", () => {
  const metadata = { name: "web" };
  assertEquals(
    objectName({ apiVersion: "apps/v1", kind: "Deployment", metadata }, pods),
    "deployment.apps/web",
  );
  assertEquals(
    objectName({ apiVersion: "v1", kind: "Pod", metadata }, deployments),
    "pod/web",
  );
});

Deno.test("objectName() handles missing fields", () => {
  assertEquals(
    objectName({ metadata: { name: "web" } }, deployments),
    "deployments.apps/web",
  );
  assertEquals(objectName({}, pods), "pods/<unknown>");
  assertEquals(
    objectName({ kind: "Pod", metadata: { name: "a\x1b[2Jb" } }, pods),
    "pod/a [2Jb",
  );
});

Deno.test("qualifiedPlural() includes the group unless it is the core group", () => {
  assertEquals(qualifiedPlural(deployments), "deployments.apps");
  assertEquals(qualifiedPlural(pods), "pods");
});
