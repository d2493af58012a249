/** What databases and JavaScript say alike of a text. */

/** Texts that databases keep as they are: no lone surrogates, no NUL. */
export function isExactText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** JavaScript orders by UTF-16 units, databases by code points; below the surrogates it is the same. */
export function ordersAlike(text: string): boolean {
  return isExactText(text) && !/[\ud800-\uffff]/.test(text);
}
