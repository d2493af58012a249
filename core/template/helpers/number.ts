/** Helpers that write numbers the way the person's language does (Intl). */
import type { Run } from '../language/run';
import { BadArgument, needCount, needNumber, needText, type Helper, type HelperOptions } from './helper';

function formatNumber(run: Run, value: unknown, { decimals }: HelperOptions, style: Intl.NumberFormatOptions): string {
  const digits = decimals === undefined ? undefined : needCount(decimals, 'decimals', 0, 20);
  const format = run.formats.get(`number ${run.locale} ${style.style} ${style.currency} ${digits}`, () =>
    new Intl.NumberFormat(run.locale, {
      ...style,
      ...(digits !== undefined && { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    }));
  return format.format(needNumber(value));
}

const PLURAL_FORMS = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

export const numberHelpers = {
  number: {
    takes: [1, 1],
    options: ['decimals'],
    run: ([value], options, run) => formatNumber(run, value, options, { style: 'decimal' }),
  },
  percent: {
    takes: [1, 1],
    options: ['decimals'],
    run: ([value], options, run) => formatNumber(run, value, options, { style: 'percent' }),
  },
  currency: {
    takes: [2, 2],
    options: ['decimals'],
    run: ([value, code], options, run) => {
      const currency = needText(code, 'the currency').toUpperCase();
      if (!/^[A-Z]{3}$/.test(currency)) throw new BadArgument("the currency is not a code such as 'EUR'");
      return formatNumber(run, value, options, { style: 'currency', currency });
    },
  },
  /** Forms by Intl.PluralRules; `zero` is also taken for 0 in languages that have no such form. `#` is the number. */
  plural: {
    takes: [1, 3],
    options: PLURAL_FORMS,
    run: ([value, one, other], options, run) => {
      const count = needNumber(value);
      const forms: HelperOptions = {
        ...(one !== undefined && { one }), ...(other !== undefined && { other }), ...options,
      };
      const rules = run.formats.get(`plural ${run.locale}`, () => new Intl.PluralRules(run.locale));
      const form = (count === 0 ? forms['zero'] : undefined) ?? forms[rules.select(count)] ?? forms['other'];
      if (form === undefined) throw new BadArgument("the form 'other' is not given");
      return needText(form, 'the form').replaceAll('#', () => formatNumber(run, count, {}, { style: 'decimal' }));
    },
  },
} satisfies Record<string, Helper>;
