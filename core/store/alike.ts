/** Splits rows so that those of a part have the same values in some fields: what one statement says of all of them. */
export function alike<T>(rows: readonly T[], ...fields: (keyof T)[]): T[][] {
  return fields.reduce((parts, field) => parts.flatMap((part) => [...Map.groupBy(part, (row) => row[field]).values()]), rows.length === 0 ? [] : [[...rows]]);
}
