import { queryOptions } from "@tanstack/react-query";
import { request } from "./api/client";
import type { Setup } from "./api/types";
import { keys } from "./keys";

/** What the hub says of itself to everybody: whether one can register, and whether it can send mail. */
export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: () => request<Setup>("GET", "/setup", { anonymous: true }),
  staleTime: 30_000,
});
