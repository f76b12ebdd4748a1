// However a server fails, nothing asks it more often than three times a second,
// and docs/requests.md says how often.
//
// `UPDATE_DOCS=1` writes the table into the document.

import { assert, assertEquals } from "@std/assert";
import { CONSUMERS, FAILURES, requestRates } from "../support/request_rates.ts";

const DOCUMENT = new URL("../../docs/requests.md", import.meta.url);

const rows: string[] = [];

for (const [what, failure] of Object.entries(FAILURES)) {
  Deno.test(`no consumer asks more than three times a second when there is: ${what}`, async () => {
    const rates = await requestRates(failure);
    for (const [index, name] of Object.keys(CONSUMERS).entries()) {
      const most = rates[index]?.most ?? NaN;
      assert(most <= 3, `${name}: ${most} requests a second`);
    }
    const cells = rates.map(({ requests }) => requests);
    rows.push(`| ${what} | ${cells.join(" | ")} |`);
  });
}

Deno.test("docs/requests.md holds the counts of requests", async () => {
  const names = Object.keys(CONSUMERS);
  const table = [
    `| | ${names.join(" | ")} |`,
    `| --- |${" ---: |".repeat(names.length)}`,
    ...rows,
  ].join("\n");
  const text = await Deno.readTextFile(DOCUMENT);
  const pattern = /(<!-- counted -->\n\n)[^]*?(\n\n<!-- end -->)/;
  // The formatter pads the cells.
  const plain = (markdown: string) =>
    markdown.replaceAll(/ *\| */g, "|").replaceAll(/-+/g, "-");
  if (Deno.env.get("UPDATE_DOCS") === "1") {
    const updated = text.replace(pattern, `$1${table}$2`);
    return await Deno.writeTextFile(DOCUMENT, updated);
  }
  const [, , end] = pattern.exec(text) ?? [];
  assert(end !== undefined, "there is no table");
  const found = pattern.exec(text)?.[0].split("\n\n")[1] ?? "";
  assertEquals(plain(found), plain(table));
});
