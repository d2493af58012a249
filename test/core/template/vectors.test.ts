import { PushError } from '../../../core/errors';
import { compileTemplate, type PersonalizedMessage, type Template, type TemplateOptions } from '../../../core/template';
import vectors from '../../vectors/template.json';

interface Vector {
  name: string;
  template: Template;
  options?: TemplateOptions;
  view: object;
  expect: Record<string, unknown>;
}

/** What the vector speaks of, out of what was written or refused. */
function outcome({ template, options, view, expect: wanted }: Vector): Record<string, unknown> {
  try {
    const written: PersonalizedMessage = compileTemplate(template, options)(view);
    const all: Record<string, unknown> = { ...written, warnings: written.warnings.map(({ code, field }) => ({ code, field })) };
    return Object.fromEntries(Object.entries(all).filter(([key]) => key in wanted || 'error' in wanted));
  } catch (thrown) {
    if (!(thrown instanceof PushError)) throw thrown;
    return { error: thrown.code, ...('field' in wanted && { field: thrown.fields['field'] }) };
  }
}

describe('the golden vectors, which n8n and Node-RED run too', () => {
  it.each((vectors as unknown as Vector[]).map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    expect(outcome(vector)).toEqual(vector.expect);
  });
});
