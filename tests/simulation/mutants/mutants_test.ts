// The mutants must still fit the code: each text is there, exactly once.
// Whether tests catch them takes minutes: `deno task mutants`.

import { assert, assertEquals } from "@std/assert";
import { MUTANTS } from "./_mutants.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("there are at least 40 mutants, all of them different", () => {
  assert(MUTANTS.length >= 40, `${MUTANTS.length}`);
  const changes = MUTANTS.map(({ file, find, replace }) =>
    JSON.stringify([file, find, replace])
  );
  assertEquals(new Set(changes).size, MUTANTS.length);
});

for (const { file, find, replace, breaks } of MUTANTS) {
  Deno.test(`the mutant of ${file} by which ${breaks} fits the code`, async () => {
    const code = await Deno.readTextFile(new URL(file, ROOT));
    assertEquals(code.split(find).length - 1, 1, find);
    assert(find !== replace);
  });
}
