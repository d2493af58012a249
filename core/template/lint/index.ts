/** Copy lint: what is wrong with the words of a campaign, by the rendered texts of its audience. */
export { readingEase, type LintLanguage } from './readability';
export { CopyReport, type CopyExample, type CopyFinding, type CopyOptions, type CopyReportJson, type Lengths } from './report';
export { COPY_RULES, type CopyRule } from './rules';
export { SURFACES, type Surface } from './surfaces';
