import { createLucideIcon, type IconNode } from "lucide-react";

/** A tag, with room for a sign at its upper end. */
const TAG: IconNode = [
  [
    "path",
    {
      key: "tag",
      d: "M12.6 3.6A2 2 0 0 0 11.2 3H4a2 2 0 0 0-2 2v7.2a2 2 0 0 0 .6 1.4l7.7 7.7a2.4 2.4 0 0 0 3.4 0l6.6-6.6a2.4 2.4 0 0 0 0-3.4z",
    },
  ],
  ["circle", { key: "hole", cx: "7", cy: "8", r: ".5", fill: "currentColor" }],
];
const MINUS: IconNode = [["path", { key: "minus", d: "M17 4h6" }]];

export const TagMinus = createLucideIcon("tag-minus", [...TAG, ...MINUS]);
export const TagPlus = createLucideIcon("tag-plus", [
  ...TAG,
  ...MINUS,
  ["path", { key: "plus", d: "M20 1v6" }],
]);
