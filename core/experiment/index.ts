/** Experiments: who is in which arm, and what the figures of the arms say about each other. Pure. */
export { type Arm, type ArmRange, armRanges, FEWEST_ARMS, MOST_ARMS } from './arms';
export { type Assignment, assignArm, compileExperiment, type Experiment } from './assign';
export { bucketOf, hashBucket, type HashVersion } from './hash';
export {
  differenceInterval,
  expectedLoss,
  type Interval,
  probabilityToBeat,
  type Proportion,
  type Sample,
  sampleRatioMismatch,
  twoProportionTest,
  welchTest,
  wilsonInterval,
} from './statistics';
