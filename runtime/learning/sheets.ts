import * as rules from './rules/index.ts';
import { type RuleSheet, sheetsOf } from './sheet.ts';

/** Rules that a description can ask for, in the order of their titles. */
export const ruleSheets: readonly RuleSheet[] = sheetsOf(rules).toSorted((a, b) =>
  a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1,
);
