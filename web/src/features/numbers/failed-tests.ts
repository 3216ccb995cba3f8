// Tests of numbers that got no answer: the hub keeps only what WhatsApp said.

import { create } from "zustand";
import { ApiError } from "@/lib/api/problem";
import type { Session } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";

interface FailedTest {
  at: string;
  reason: string;
  /** When the hub had its last answer then: a later one counts more. */
  checkedAt: string | null;
}

const useFailedTests = create<{ failed: Record<string, FailedTest> }>(() => ({ failed: {} }));

/** The last test of a number, if it failed and nothing was heard since. */
export function useFailedTest({ id, health }: Session): FailedTest | null {
  const failed = useFailedTests((tests) => tests.failed[id]);
  return failed && failed.checkedAt === health.checked_at ? failed : null;
}

export function noteFailedTest(session: Session, error: unknown): void {
  const detail = error instanceof ApiError && error.code === "provider_failed" && error.detail;
  const test: FailedTest = {
    at: new Date().toISOString(),
    reason: detail || problemText(error),
    checkedAt: session.health.checked_at,
  };
  useFailedTests.setState(({ failed }) => ({ failed: { ...failed, [session.id]: test } }));
}

export function forgetFailedTest(id: string): void {
  useFailedTests.setState(({ failed: { [id]: _, ...others } }) => ({ failed: others }));
}
