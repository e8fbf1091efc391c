export { type Check, type ConformanceOptions, environmentChecks } from './environment.ts';
