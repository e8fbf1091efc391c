/** The one door from the apps to the float64 yardstick. A namespace: its `eprop` computes gradients, the runtime's describes a rule. */
export * as oracle from '../../runtime/oracle/index.ts';
