/**
 * Makes the files of the npm package smaller without changing what they do or
 * declare: a line stays a line, and names stay names.
 *
 * @module
 */

import ts from "npm:typescript@~5.9.3";

const WORD = /[\w$#]/;

/**
 * Removes the white space in a JavaScript module that separates nothing, and its
 * comments.
 *
 * @param code The module.
 * @returns The same module.
 */
export function compactCode(code: string): string {
  const file = ts.createSourceFile(
    "module.js",
    code,
    ts.ScriptTarget.ES2022,
    true,
  );
  let compact = "";
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    if (children.length > 0) return children.forEach(visit);
    const text = node.getText(file);
    if (text === "") return;
    const before = code.slice(node.getFullStart(), node.getStart(file));
    compact += separator(before, compact.at(-1) ?? "", text) + text;
  };
  visit(file);
  return `${compact}\n`;
}

/** What has to stay between two tokens of what was between them. */
function separator(between: string, last: string, next: string): string {
  if (between.includes("\n")) return "\n";
  const first = next.charAt(0);
  const isWord = WORD.test(last) && WORD.test(first);
  // `a - -b` and `a / /b/` would be other tokens.
  const isOperator = "+-/".includes(last) && "+-/".includes(first);
  return between !== "" && (isWord || isOperator) ? " " : "";
}

/**
 * Removes the indentation of declarations, and of a private file the comments.
 *
 * @param path The path of the file.
 * @param text The declarations.
 * @returns The same declarations.
 */
export function compactDeclarations(path: string, text: string): string {
  const isPrivate = path.slice(path.lastIndexOf("/") + 1).startsWith("_");
  const kept = isPrivate ? text.replace(/\n?[ \t]*\/\*\*.*?\*\//gs, "") : text;
  return kept.replace(/^ +(?! )/gm, "");
}
