/** Every time is in milliseconds unless its name says otherwise. */
export type Ms = number;
