/**
 * The outputs of the segment filter by its parameters: matched or one a segment, then the rest, then the explanation.
 *
 * n8n's editor gets the text of this function and runs it in the browser: it must stand for itself, without imports,
 * helpers or anything that a newer syntax would have the compiler add.
 */
export const segmentOutputs = (parameters: {
  route?: string; segments?: { values?: { name?: string }[] }; options?: { explain?: boolean };
}): { type: string; displayName: string }[] => {
  const segments = (parameters.segments && parameters.segments.values) || [];
  const names = !parameters.route || parameters.route === 'condition'
    ? ['Matched']
    : segments.map((segment, index) => segment.name || 'Segment ' + (index + 1));
  const explained = parameters.options && parameters.options.explain ? ['Explanation'] : [];
  return names.concat(['Not Matched'], explained).map((displayName) => ({ type: 'main', displayName }));
};
