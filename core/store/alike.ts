/**
 * Splits rows into those that are alike, in the order of the first of each part: what one statement says of all of them. Rows that follow each
 * other are mostly alike, and there are few parts; else every row is compared with each.
 */
export function alike<T>(rows: readonly T[], areAlike: (a: T, b: T) => boolean): T[][] {
  const parts: [T, ...T[]][] = [];
  let part: [T, ...T[]] | undefined;
  for (const row of rows) {
    if (part !== undefined && areAlike(part[0], row)) part.push(row);
    else {
      part = parts.find(([first]) => areAlike(first, row));
      if (part === undefined) parts.push(part = [row]);
      else part.push(row);
    }
  }
  return parts;
}
