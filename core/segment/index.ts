/** Segments: who should get it. One condition language, as a function over people and as SQL over stored people. */
export { compileSegment, type SegmentOptions } from './compile';
export { CAMPAIGN_RESULTS, REACH_CONSENTS, SEGMENT_EVENTS, type CampaignResult, type Condition } from './condition';
export {
  explainer, explainSegment, planExplanation, traceSegment,
  type Explainer, type ExplainOptions, type ExplainPlan, type RuleCount, type SegmentExplanation, type SegmentTrace, type TraceLine,
} from './explain';
export { NO_FACTS, type FactsOf, type PersonEvent, type PersonFacts } from './facts';
export { conditionFacts, conditionFields } from './fields';
export { OPERAND_PARTS, SEGMENT_OPERANDS, SEGMENT_PARTS, type OperandPart, type PartKind } from './operand-parts';
export { findOperator, SEGMENT_OPERATORS, type OperatorGroup, type OperatorInfo, type OperatorName } from './operators';
export { parseInstant } from './instant';
export type { Formula } from './outline';
export { parseCondition, type ParseOptions } from './parse';
export { planScan, type ScanPlan } from './scan';
export { conditionToSql, reachToSql, tallyToSql, type PushedDown, type SqlDialect, type SqlTally } from './sql';
