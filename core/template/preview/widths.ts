/**
 * How wide a text is without a font at hand: a table of advance widths for what most messages are written in, and an
 * average for each other script. Figures in thousandths of the letter size.
 */
import { graphemes } from '../graphemes';
import type { TextStyle } from './surfaces';

/** San Francisco is not free: its figures are those of Inter, which was drawn after it. Android writes in Roboto. */
export type Typeface = 'ios' | 'android';

/** From the blank (U+0020) to the tilde (U+007E). */
const ASCII: Readonly<Record<Typeface, Readonly<Record<'regular' | 'bold', readonly number[]>>>> = {
  ios: {
    regular: figures('281 288 466 633 642 982 644 300 365 365 501 662 288 460 288 360 631 407 610 618 646 593 620 566 619 620 288 302 662 662 662 511 966 690 654 730 722 601 590 746 743 269 571 672 565 903 753 765 639 765 644 642 646 744 690 985 682 679 629 365 360 365 471 456 323 562 612 571 612 583 370 613 591 242 242 549 242 876 591 600 612 612 376 528 327 591 562 818 546 562 552 426 333 426 662'),
    bold: figures('252 321 523 644 650 1004 663 326 373 373 540 673 319 465 319 379 660 423 623 636 666 612 640 576 640 640 319 329 673 673 673 543 999 728 659 737 722 605 588 749 746 277 580 703 565 922 759 769 645 773 652 650 660 736 728 1020 720 713 652 373 379 373 481 469 351 574 624 583 624 591 389 625 612 262 262 569 262 900 612 609 624 624 397 549 353 612 587 839 569 588 566 455 359 455 673'),
  },
  android: {
    regular: figures('248 258 320 616 562 732 622 175 342 348 431 567 197 276 264 413 562 562 562 562 562 562 562 562 562 562 242 211 508 549 523 473 898 652 623 651 656 568 553 681 713 272 552 627 539 873 713 688 631 688 616 594 597 648 637 887 627 601 599 265 411 265 418 451 309 544 562 523 564 530 348 562 551 243 239 507 243 877 552 570 562 568 339 516 327 551 484 751 496 473 496 338 244 338 680'),
    bold: figures('249 265 319 603 568 736 641 167 346 350 443 555 224 340 278 390 568 568 568 568 568 568 568 568 568 568 264 240 509 563 520 486 897 663 631 653 653 565 551 681 709 283 556 632 540 875 709 689 638 689 629 605 609 654 646 880 631 611 603 271 417 271 429 448 320 539 562 522 563 536 353 567 556 255 251 521 255 871 557 567 562 566 354 515 333 556 496 742 503 490 503 333 249 333 663'),
  },
};

/** Signs that are neither in ASCII nor an average of their script. */
const SIGNS: Readonly<Record<string, number>> = { '…': 860, '’': 260, '‘': 260, '“': 430, '”': 430, '–': 600, '—': 900, '·': 280, '€': 640, 'æ': 900, 'œ': 900, 'Æ': 950, 'Œ': 980 };

/** First match counts. Wide ones come first: a pictogram is wide whatever its script. */
const SCRIPTS: readonly { pattern: RegExp; width: number }[] = [
  { pattern: /^\p{Emoji_Presentation}|^\p{Extended_Pictographic}|^[\d#*]\uFE0F?\u20E3/u, width: 1250 },
  { pattern: /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF01-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFF}]/u, width: 1000 },
  { pattern: /^[\uFF61-\uFF9F]/u, width: 500 },
  // Arrows, shapes, ticks and stars.
  { pattern: /^[\u2190-\u21FF\u25A0-\u27BF]/u, width: 900 },
  { pattern: /^\p{Script=Arabic}/u, width: 480 },
  { pattern: /^\p{Script=Hebrew}/u, width: 530 },
  { pattern: /^(?=\p{Lu})[\p{Script=Cyrillic}\p{Script=Greek}]/u, width: 730 },
  { pattern: /^[\p{Script=Cyrillic}\p{Script=Greek}]/u, width: 610 },
  { pattern: /^\p{Zs}/u, width: 280 },
  { pattern: /^[\p{Mn}\p{Cf}\p{Cc}]+$/u, width: 0 },
];
const UNKNOWN = 640;

/** Units that a text takes in one line. */
export function textWidth(text: string, style: TextStyle): number {
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment, style);
  return width;
}

/** Units that one character as people see it takes. */
export function graphemeWidth(grapheme: string, { typeface, bold, size, tracking }: TextStyle): number {
  const thousandths = emWidth(grapheme, ASCII[typeface][bold ? 'bold' : 'regular']);
  return thousandths === 0 ? 0 : (thousandths * size) / 1000 + tracking;
}

function emWidth(grapheme: string, ascii: readonly number[]): number {
  const own = asciiWidth(grapheme, ascii) ?? SIGNS[grapheme];
  if (own !== undefined) return own;
  for (const { pattern, width } of SCRIPTS) if (pattern.test(grapheme)) return width;
  // An accent adds nothing: é is as wide as e.
  return asciiWidth(grapheme.normalize('NFD').charAt(0), ascii) ?? letters(grapheme) * UNKNOWN;
}

function asciiWidth(character: string, ascii: readonly number[]): number | undefined {
  return character.length === 1 ? ascii[character.charCodeAt(0) - 32] : undefined;
}

/** An Indic syllable is one character made of several letters. */
function letters(grapheme: string): number {
  return Math.max(1, grapheme.match(/\p{L}/gu)?.length ?? 1);
}

function figures(text: string): readonly number[] {
  return text.split(' ').map(Number);
}
