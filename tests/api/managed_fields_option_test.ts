// What waits ask of a source that can leave `managedFields` out, and of one that
// cannot.

import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  askWithoutManagedFields,
  DROP_MANAGED_FIELDS,
  dropsManagedFields,
} from "../../api/_managed_fields_option.ts";
import { jsonPath } from "../../conditions/mod.ts";
import { type ListerWatcher, RestListerWatcher, waitFor } from "../../mod.ts";
import { answering } from "../support/http_fakes.ts";

const METADATA = { name: "a", namespace: "default" };

function listed(): RestListerWatcher {
  const metadata = { ...METADATA, managedFields: [{ "f:x": {} }] };
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: answering(JSON.stringify({ items: [{ metadata }] })).fetch,
  });
}

Deno.test("askWithoutManagedFields() asks a source that knows the option in each request", async () => {
  const asked: boolean[] = [];
  const source: ListerWatcher = {
    list(options) {
      asked.push(dropsManagedFields(options));
      return Promise.resolve({ items: [] });
    },
    watch(options) {
      asked.push(dropsManagedFields(options));
      return Promise.resolve(new ReadableStream());
    },
  };
  const knowing = Object.assign(source, { [DROP_MANAGED_FIELDS]: true });
  const trimmed = askWithoutManagedFields(knowing);
  await trimmed.list({ limit: 1 });
  await trimmed.watch({});
  await source.list({});
  assertEquals(asked, [true, true, false]);
});

Deno.test("askWithoutManagedFields() returns a source that does not know the option as it is", () => {
  const source: ListerWatcher = {
    list: () => Promise.resolve({ items: [] }),
    watch: () => Promise.resolve(new ReadableStream()),
  };
  assertStrictEquals(askWithoutManagedFields(source), source);
});

for (const name of [undefined, "a"]) {
  Deno.test(`waitFor() leaves managedFields out when it waits for the name ${name}`, async () => {
    const objects = await waitFor(listed(), jsonPath("{.metadata.name}"), {
      name,
    });
    assertEquals(objects, [{ metadata: METADATA }]);
  });
}
