/** It has no types of its own; what is used of it stands in firmata.ts. */
declare module 'firmata-io' {
  const firmata: unknown;
  export default firmata;
}
