/** Answers of yes and no as the bits of one number, the first one lowest; whole numbers hold 53 of them, shifts only 32. */

export function hasBit(bits: number, position: number): boolean {
  return Math.floor(bits / 2 ** position) % 2 === 1;
}

/** @param length how many there are */
export function readBits(bits: number, length: number): boolean[] {
  return Array.from({ length }, (_, position) => hasBit(bits, position));
}
