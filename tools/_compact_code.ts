/**
 * Makes the files of the npm package smaller without changing what they do or
 * declare. Names stay names, and lines short, so that an error in one of them
 * can be read.
 *
 * @module
 */

import { stop, transform } from "npm:esbuild@~0.28.2";

/** How long a line may be, where it can be broken. */
const LINE = 590;

/**
 * Compacts JavaScript modules.
 *
 * @param modules The modules by path.
 * @returns The same modules.
 */
export async function compactModules(
  modules: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  try {
    return new Map(
      await Promise.all(
        Array.from(modules, async ([path, code]) => {
          const compact = await transform(code, {
            minifySyntax: true,
            minifyWhitespace: true,
            lineLimit: LINE,
            target: "es2022",
          });
          return [path, compact.code] as const;
        }),
      ),
    );
  } finally {
    // Its process would keep this one alive.
    await stop();
  }
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
