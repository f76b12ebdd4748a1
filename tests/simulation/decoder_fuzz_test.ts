// Random bodies of watches, few enough for each run of the tests. Many more:
// `deno task fuzz 100000`.

import { assertEquals } from "@std/assert";
import { fuzzDecoder } from "./_decoder_fuzz.ts";

const CASES = 2_000;

Deno.test(`RestListerWatcher.watch() decodes ${CASES} random bodies as JSON.parse does, line by line`, async () => {
  assertEquals((await fuzzDecoder(0, CASES)).slice(0, 3), []);
});
