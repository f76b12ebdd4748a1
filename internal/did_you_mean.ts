/**
 * "Did you mean …?" suggestions for misspelled words.
 *
 * @module
 */

/**
 * Suggests the known word that is closest to a misspelled one.
 *
 * @param word The word as it was typed.
 * @param known The known words.
 * @param prefix Written in front of the suggestion, such as `"--"`.
 * @returns The question, or an empty string if no known word is close.
 */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  prefix = "",
): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `did you mean ${prefix}${near}?`;
}

function nearest(
  word: string,
  known: Iterable<string>,
): string | undefined {
  const farthest = Math.min(2, Math.floor(word.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= farthest && distance < (best?.distance ?? Infinity)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

/**
 * The number of insertions, deletions, substitutions and transpositions of
 * adjacent letters between two words (optimal string alignment distance).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] &&
        a[i - 2] === b[j - 1];
      row.push(Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, j - 2) + 1 : Infinity,
      ));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
