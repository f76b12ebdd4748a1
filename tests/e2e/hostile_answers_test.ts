// What tests/watch/hostile_answers_test.ts shows on Deno, on Node and Bun.

import { assertEquals } from "@std/assert";
import { e2eTest } from "./suite.ts";
import { runtimeCommand } from "./runtimes.ts";

for (const runtime of ["node", "bun"] as const) {
  e2eTest(
    `no answer of a server breaks what consumes it, on ${runtime}`,
    async () => {
      const { command, args } = await runtimeCommand(
        runtime,
        "_hostile_program.ts",
      );
      const { success, stdout, stderr } = await new Deno.Command(command, {
        args: [...args, "100"],
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      assertEquals([success, decoder.decode(stdout)], [
        true,
        "100 cases\n",
      ], decoder.decode(stderr));
    },
  );
}
