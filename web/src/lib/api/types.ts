// The one door to the hub's shapes: everything else imports types from here.
export type * from "./schema";
