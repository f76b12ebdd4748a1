/**
 * A resource whose definition is deleted while its objects are waited for.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { KubernetesList, StatusError } from "../../mod.ts";
import { VanishedSource } from "../../watch/_vanished_source.ts";
import { refused } from "../support/informer_fakes.ts";
import { failing, listOf, ScriptedServer } from "../support/wait_fakes.ts";

/** What each of some lists gives: its names, or the code of a refusal. */
async function outcomes(
  wasThere: boolean,
  ...answers: (readonly string[] | number)[]
) {
  const source = new VanishedSource(
    new ScriptedServer({
      lists: answers.map((answer) =>
        typeof answer === "number"
          ? failing(refused(answer))
          : () => listOf(answer)
      ),
    }),
    wasThere,
  );
  const found: unknown[] = [];
  for (const _ of answers) {
    found.push(
      await source.list({}).then(namesOf, ({ code }: StatusError) => code),
    );
  }
  return found;
}

function namesOf({ items }: KubernetesList) {
  return items.map(({ metadata }) => metadata?.name);
}

Deno.test("VanishedSource lists nothing once two lists in a row were not found", async () => {
  assertEquals(
    await outcomes(false, ["a"], 404, 404, 404, ["b"], 404, 404),
    [["a"], 404, [], [], ["b"], 404, []],
  );
});

Deno.test("VanishedSource reports a 404 that another answer follows", async () => {
  assertEquals(
    await outcomes(false, ["a"], 404, 503, 404, ["a"], 404, 403, 404),
    [["a"], 404, 503, 404, ["a"], 404, 403, 404],
  );
});

Deno.test("VanishedSource reports a 404 of what was never there", async () => {
  assertEquals(await outcomes(false, 404, 404, 404), [404, 404, 404]);
  assertEquals(await outcomes(true, 404, 404), [404, []]);
});

Deno.test("VanishedSource recognizes a 404 by its cause, too", async () => {
  const error = new Error("no such resource", { cause: refused(404) });
  const source = new VanishedSource(
    new ScriptedServer({ lists: [failing(error), failing(error)] }),
    true,
  );
  await assertRejects(() => source.list({}), Error, "no such resource");
  assertEquals(await source.list({}), { items: [] });
});
