/**
 * Whatever JavaScript's `trim` takes away, as a text of SQL: it surrounded names of consent categories before they had one form. Part of a step
 * of both schemas, so that it never changes.
 */
export const BLANKS = `'${'\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'}'`;
