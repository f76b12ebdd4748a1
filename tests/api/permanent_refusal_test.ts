// Refusals that retrying cannot fix.

import { assertEquals } from "@std/assert";
import { isPermanentRefusal } from "../../api/_permanent_refusal.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";

Deno.test("isPermanentRefusal() is true for refusals that retrying cannot fix, and for nothing else", () => {
  for (const code of [301, 307, 400, 401, 403, 404, 405, 422]) {
    const error = new StatusError({ code });
    assertEquals(isPermanentRefusal(error), true, `${code}`);
    assertEquals(
      isPermanentRefusal(new Error("a", { cause: error })),
      true,
      `${code}`,
    );
  }
  for (const code of [409, 410, 429, 500, 503, 504]) {
    assertEquals(
      isPermanentRefusal(new StatusError({ code })),
      false,
      `${code}`,
    );
  }
  for (const error of [new ConnectionError("no"), new Error("no"), undefined]) {
    assertEquals(isPermanentRefusal(error), false);
  }
});
