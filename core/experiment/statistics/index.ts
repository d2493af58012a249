export { expectedLoss, probabilityToBeat } from './bayes';
export { type Proportion, requireConfidence, type Sample } from './input';
export { differenceInterval, type Interval, wilsonInterval } from './intervals';
export { sampleRatioMismatch, twoProportionTest, welchTest } from './tests';
