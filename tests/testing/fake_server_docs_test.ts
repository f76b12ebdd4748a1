// The list in `docs/fake_server.md` of what the fake server does not do is that
// of what its comparison with a kube-apiserver leaves out.

import { assertEquals } from "@std/assert";
import {
  builtInScript,
  definitionScript,
  namespaceScript,
} from "../e2e/_differential_script.ts";

const DOCS = new URL("../../docs/fake_server.md", import.meta.url);

Deno.test("docs/fake_server.md lists exactly what the comparison leaves out", async () => {
  const [, section = ""] = (await Deno.readTextFile(DOCS))
    .split("## What it does not do");
  const listed = Array.from(
    section.matchAll(/^- \*\*(.+?)\*\*/gm),
    ([, heading = ""]) => heading,
  );
  const left = [...builtInScript, ...definitionScript, ...namespaceScript]
    .flatMap(({ options }) => options.missing?.what ?? []);
  assertEquals(listed.toSorted(), [...new Set(left)].toSorted());
});
