/** Segments: who should get it. One condition language, as a function over people and as SQL over stored people. */
export type { Now } from './clock';
export { compileSegment, type SegmentOptions } from './compile';
export type { Condition, Rule, Test } from './condition';
export { conditionFields } from './fields';
export { OPERANDS, OPERATORS, findOperator, testsValue, type Operand, type OperatorGroup, type OperatorInfo, type OperatorName } from './operators';
export { parseCondition } from './parse';
export { conditionToSql, type PushedDown } from './sql';
