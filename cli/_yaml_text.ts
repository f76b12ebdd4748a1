/**
 * Objects as YAML, as `kubectl` writes them: names in order, lists not indented,
 * and quotes of the kind that Go's library takes. Two things are not followed:
 * a long text stays on its line, and what is not ASCII is not escaped.
 *
 * @module
 */

import {
  DEFAULT_SCALAR_STYLE_RULES,
  dump,
  SCALAR_STYLE,
  type ScalarStyleRule,
} from "js-yaml";

/** What would be a number, a truth or a time if nothing stood around it. */
const AMBIGUOUS = /^(?!-$)[-+.\w~:]*$/;

const quoteAsGoDoes: ScalarStyleRule = (layout) => {
  const { node: { value }, style, allowedStylesMask } = layout;
  if (style !== SCALAR_STYLE.PLAIN) return;
  const isPlain = (allowedStylesMask & (1 << SCALAR_STYLE.PLAIN)) !== 0;
  if (!isPlain && AMBIGUOUS.test(value) || / \n/.test(value)) {
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  }
};

/**
 * An object as YAML.
 *
 * @param value What JSON can hold.
 * @returns The YAML, with a line end.
 */
export function yamlText(value: unknown): string {
  return dump(value, {
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    sortKeys: true,
    scalarStyleRules: [
      quoteAsGoDoes,
      ...Object.values(DEFAULT_SCALAR_STYLE_RULES),
    ],
  });
}
