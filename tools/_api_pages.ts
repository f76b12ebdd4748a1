/**
 * What the pages of `deno doc --html` lack in a package with several entry
 * points: the names by which a program imports them, and a way from one to the
 * others.
 *
 * @module
 */

/** The package, as `deno.json` describes it. */
export interface DocumentedPackage {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
}

/**
 * Completes a page.
 *
 * @param html The page.
 * @param path Its path in the site.
 * @param documented The package.
 * @returns The page with the package's names in its import statements and, if
 *   it is about a whole entry point, with links to all of them.
 */
export function completePage(
  html: string,
  path: string,
  { name, exports }: DocumentedPackage,
): string {
  const entries = Object.keys(exports).map((key) => ({
    page: key === "." ? "" : `${key.slice(2)}/`,
    specifier: name + key.slice(1),
    shown: key === "." ? "." : key.slice(2),
  }));
  let completed = html;
  for (const { specifier, shown } of entries) {
    completed = completed.replaceAll(
      `from &quot;${shown}&quot;`,
      `from &quot;${specifier}&quot;`,
    );
  }
  const entry = entries.find(({ page }) => path === `${page}index.html`);
  if (entry === undefined) return completed;
  const root = entry.page === "" ? "./" : "../";
  const links = entries.map(({ page, specifier }) =>
    `<li><a href="${root}${page}index.html">${specifier}</a></li>`
  );
  return completed.replace(
    '<nav class="topSymbols">',
    `<nav class="topSymbols"><h3>Entry points</h3><ul>${
      links.join("")
    }</ul></nav>$&`,
  );
}
