/**
 * Completes the pages that `deno doc --html` has written to `site/`.
 *
 * @module
 */

import { completePage, type DocumentedPackage } from "./_api_pages.ts";

const ROOT = new URL("../", import.meta.url);
const SITE = new URL("site/", ROOT);

const documented: DocumentedPackage = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);

async function complete(directory: string): Promise<void> {
  for await (const entry of Deno.readDir(new URL(directory, SITE))) {
    const path = directory + entry.name;
    if (entry.isDirectory) await complete(`${path}/`);
    else if (path.endsWith(".html")) {
      const url = new URL(path, SITE);
      const html = await Deno.readTextFile(url);
      await Deno.writeTextFile(url, completePage(html, path, documented));
    }
  }
}

await complete("");
