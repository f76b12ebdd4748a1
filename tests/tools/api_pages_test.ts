import { assertEquals } from "@std/assert";
import { completePage } from "../../tools/_api_pages.ts";

const DOCUMENTED = {
  name: "@scope/name",
  exports: { ".": "./mod.ts", "./more": "./more/mod.ts" },
};

const LINKS = (root: string) =>
  `<nav class="topSymbols"><h3>Entry points</h3><ul><li><a href="${root}index.html">@scope/name</a></li><li><a href="${root}more/index.html">@scope/name/more</a></li></ul></nav>`;

Deno.test("completePage() names the package in the import statements", () => {
  assertEquals(
    completePage(
      "from &quot;.&quot;; from &quot;more&quot;; from &quot;other&quot;;",
      "~/Thing.html",
      DOCUMENTED,
    ),
    "from &quot;@scope/name&quot;; from &quot;@scope/name/more&quot;; from &quot;other&quot;;",
  );
});

for (const [path, root] of [["index.html", "./"], ["more/index.html", "../"]]) {
  Deno.test(`completePage() links to the entry points in ${path}`, () => {
    const page = '<nav class="topSymbols">symbols</nav>';
    assertEquals(
      completePage(page, path ?? "", DOCUMENTED),
      LINKS(root ?? "") + page,
    );
  });
}

Deno.test("completePage() adds no links to the page of a symbol", () => {
  const page = '<nav class="topSymbols">symbols</nav>';
  assertEquals(completePage(page, "more/~/Thing.html", DOCUMENTED), page);
});
