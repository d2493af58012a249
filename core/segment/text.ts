/**
 * A text without its case: two texts are one when their folds are. The same in every language and locale.
 *
 * Lower first, for letters such as the Kelvin sign; upper then, so that the two Greek sigmas and sharp s meet
 * whatever stands after them.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}
