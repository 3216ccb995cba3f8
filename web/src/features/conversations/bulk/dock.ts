/** The id of the box that shows what is selected and what is being done to many. */
export const DOCK = "bulk-dock";
