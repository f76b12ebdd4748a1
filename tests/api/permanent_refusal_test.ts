import { assertEquals } from "@std/assert";
import { isHopeless } from "../../api/_permanent_refusal.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";

Deno.test("isHopeless() is true for refusals that retrying cannot fix, and for nothing else", () => {
  for (const code of [301, 307, 400, 401, 403, 404, 405, 422]) {
    const error = new StatusError({ code });
    assertEquals(isHopeless(error), true, `${code}`);
    assertEquals(isHopeless(new Error("a", { cause: error })), true, `${code}`);
  }
  for (const code of [409, 410, 429, 500, 503, 504]) {
    assertEquals(isHopeless(new StatusError({ code })), false, `${code}`);
  }
  for (const error of [new ConnectionError("no"), new Error("no"), undefined]) {
    assertEquals(isHopeless(error), false);
  }
});
