/**
 * The outputs of the split by its parameters: one an arm, then 'Held Out'.
 *
 * n8n's editor gets the text of this function and runs it in the browser: it must stand for itself, without imports,
 * helpers or anything that a newer syntax would have the compiler add.
 */
export const splitOutputs = (parameters: { arms?: { values?: { name?: string }[] } }): { type: string; displayName: string }[] => {
  const arms = (parameters.arms && parameters.arms.values) || [];
  return arms
    .map((arm, index) => ({ type: 'main', displayName: arm.name || 'Arm ' + (index + 1) }))
    .concat([{ type: 'main', displayName: 'Held Out' }]);
};
