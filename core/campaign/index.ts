/** What the faces call. A step of a campaign is one function here, whatever host it runs in. */
export * from './audience';
export { createBroadcaster, sendBroadcast, type Broadcaster, type BroadcasterOptions, type BroadcastOptions } from './broadcast';
export * from './devices';
export * from './events';
export * from './explain';
export { FactsAtHand, knownToStore } from './facts';
export * from './fields';
export type { Item, PushState, Route } from './item';
export * from './lists';
export { audienceReference, isAudienceReference } from './plan';
export { CONSENT_RULES, type ConsentRule, type PolicyOptions } from './policy';
export * from './preview';
export { BROADCAST_REASONS, HOLDING_REASONS, NOT_ELIGIBLE, SUPPRESSION_REASONS, type HoldingReason, type SuppressionReason } from './reasons';
export { occurrenceName, REPEATS, type Repeat } from './repeat';
export * from './report';
export * from './rows';
export { peopleOfPlan, selectPeople } from './run-plan';
export * from './runs';
export { MATCHED_OUTPUT, NOT_MATCHED_OUTPUT, type NamedSegment, type SegmentContext, type SegmentStage } from './segment-stage';
export { sendCampaign, type CampaignOptions } from './send';
export { SEND_OUTPUTS, type SendOutput, type SendResult } from './send-result';
export {
  compileStage,
  CONTROL_ARM,
  HELD_OUT_OUTPUT,
  type CompiledStage,
  type SplitStage,
  type Stage,
  type StageContext,
  type TemplateStage,
} from './stages';
export { asksOfPerson, compileStoredSegment } from './stored-segment';
export * from './summary';
export { listedDevices, MOST_TEST_DEVICES, sendTest, TEST_MARK, type TestReport, type TestResult, type TestSendOptions } from './test-send';
export { TEST_PEOPLE, type TestPerson } from './test-person';
export { COPY_MODES, percent, TemplateSummary, WrittenAudience, type CopyCheck, type CopyMode, type TemplateSummaryJson } from './template-summary';
export * from './topics';
