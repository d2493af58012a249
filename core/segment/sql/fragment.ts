/** Pieces of SQL with the values that they bind; a value is never part of the text. */

export class Fragment {
  /** `texts` has one part more than `values`. */
  constructor(readonly texts: readonly string[], readonly values: readonly unknown[]) {}
}

export const TRUE = new Fragment(['TRUE'], []);
export const FALSE = new Fragment(['FALSE'], []);

/** A template in which a fragment is put in as it is and everything else is bound. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Fragment {
  const texts = [strings[0] ?? ''];
  const values: unknown[] = [];
  const append = (text: string): void => void (texts[texts.length - 1] += text);
  parts.forEach((part, index) => {
    if (part instanceof Fragment) {
      append(part.texts[0] ?? '');
      texts.push(...part.texts.slice(1));
      values.push(...part.values);
    } else {
      texts.push('');
      values.push(part);
    }
    append(strings[index + 1] ?? '');
  });
  return new Fragment(texts, values);
}

/** A name or a number of our own, put in as text. Never a value from outside. */
export function literal(text: string): Fragment {
  return new Fragment([text], []);
}

/** The text with its placeholders (positions count from 1), and what stands for them. */
export function render(
  { texts, values }: Fragment, placeholder: (position: number) => string,
): { sql: string; parameters: unknown[] } {
  return {
    sql: texts.map((text, index) => (index < values.length ? text + placeholder(index + 1) : text)).join(''),
    parameters: [...values],
  };
}

export function not(fragment: Fragment): Fragment {
  if (fragment === TRUE) return FALSE;
  if (fragment === FALSE) return TRUE;
  return sql`NOT (${fragment})`;
}

export function and(fragments: readonly Fragment[]): Fragment {
  if (fragments.includes(FALSE)) return FALSE;
  return balanced(fragments.filter((one) => one !== TRUE), (a, b) => sql`(${a} AND ${b})`) ?? TRUE;
}

export function or(fragments: readonly Fragment[]): Fragment {
  if (fragments.includes(TRUE)) return TRUE;
  return balanced(fragments.filter((one) => one !== FALSE), (a, b) => sql`(${a} OR ${b})`) ?? FALSE;
}

/** Joined as a balanced tree: databases bound the depth of an expression, and `a AND b AND c` is as deep as it is long. */
function balanced(fragments: readonly Fragment[], join: (a: Fragment, b: Fragment) => Fragment): Fragment | undefined {
  if (fragments.length < 2) return fragments[0];
  const middle = fragments.length >> 1;
  const left = balanced(fragments.slice(0, middle), join);
  const right = balanced(fragments.slice(middle), join);
  return left === undefined || right === undefined ? (left ?? right) : join(left, right);
}

/** `CASE base WHEN ... ELSE FALSE END`. */
export function caseOf(base: Fragment, whens: readonly Fragment[]): Fragment {
  if (whens.length === 0) return FALSE;
  return sql`CASE ${base} ${whens.reduce((all, one) => sql`${all} ${one}`)} ELSE FALSE END`;
}
