import { api } from "@/lib/api/client";
import type { AuditEntry } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { midnight } from "@/lib/midnight";
import { pagedQuery } from "@/lib/paged-query";

const PAGE = 50;

/** From the first day to the last, as `2026-01-31`; empty is without an end. */
export interface Days {
  from: string;
  to: string;
}

export const ALWAYS: Days = { from: "", to: "" };

export function isAlways({ from, to }: Days): boolean {
  return from === "" && to === "";
}

/** Days of where one lives, in the hub's words. */
function spanOf({ from, to }: Days) {
  return {
    since: from ? midnight(from, 0) : undefined,
    until: to ? midnight(to, 1) : undefined,
  };
}

/** Who changed what, latest first. */
export function auditLogQuery(days: Days) {
  const query = { ...spanOf(days), limit: PAGE };
  return pagedQuery<AuditEntry>(keys.auditLog(days), "/audit-log", query);
}

/** The same as a file, whole. */
export function exportAuditLog(days: Days): Promise<Blob> {
  return api.file("/audit-log/export", "text/csv", spanOf(days));
}
