/** Segments: who should get it. One condition language, as a function over people and as SQL over stored people. */
export { compileSegment, type SegmentOptions } from './compile';
export type { Condition } from './condition';
export { conditionFields } from './fields';
export {
  findOperator, SEGMENT_OPERANDS, SEGMENT_OPERATORS, type OperatorGroup, type OperatorInfo, type OperatorName,
} from './operators';
export { parseCondition } from './parse';
export { conditionToSql, type PushedDown } from './sql';
