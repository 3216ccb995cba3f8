import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { uploadMedia } from "@/lib/api/upload";
import { aScheduled, at, id } from "@/testing/builders";
import { type Call, logIn, refusal, stubHub } from "@/testing/hub";
import { leaveMessage, stepLater } from "./leaving";

vi.mock("@/lib/api/upload", () => ({ uploadMedia: vi.fn(async () => ({ id: "med_1" })) }));

const ROUTE = `POST /conversations/${id("cnv", 1)}/scheduled-messages`;
const LATER = { sendAt: at(60), unlessReply: false };
const where = { conversationId: id("cnv", 1), sessionId: id("ses", 1), later: LATER };
const taken = () => ({ status: 201, body: aScheduled(1) });
const keysOf = (calls: Call[]) => calls.map(({ key }) => key);

/** Leaves it, however long the waits between the tries are. */
async function leave(body: { type: string; [field: string]: unknown }, file?: File) {
  const left = leaveMessage({ ...where, body, ...(file && { file }) }).then(
    () => "left",
    () => "refused",
  );
  await vi.advanceTimersByTimeAsync(10_000);
  return left;
}

describe("leaving a message for later", () => {
  beforeEach(() => {
    logIn();
    vi.useFakeTimers();
    vi.mocked(uploadMedia).mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("asks again under the same key while the hub can't, also when somebody tries it once more", async () => {
    const answers = Array(3).fill(refusal(503, "unavailable"));
    const calls = stubHub({ [ROUTE]: () => answers.pop() ?? taken() });
    const body = { type: "text", text: { body: "Hello" } };
    expect(await leave(body)).toBe("refused");
    expect(await leave(body)).toBe("left");
    expect(new Set(keysOf(calls)).size).toBe(1);
    expect(calls).toHaveLength(4);
    // Whoever says the same again means it again.
    expect(await leave(body)).toBe("left");
    expect(new Set(keysOf(calls)).size).toBe(2);
  });

  it("asks once when the hub refuses, and under another key the next time", async () => {
    const calls = stubHub({ [ROUTE]: () => refusal(409, "session_disabled") });
    const body = { type: "text", text: { body: "Hello" } };
    expect(await leave(body)).toBe("refused");
    expect(calls).toHaveLength(1);
    expect(await leave(body)).toBe("refused");
    expect(new Set(keysOf(calls)).size).toBe(2);
  });

  it("brings a file once, however often the message is tried", async () => {
    const answers = [refusal(409, "session_disabled")];
    const calls = stubHub({ [ROUTE]: () => answers.pop() ?? taken() });
    const file = new File(["x"], "plan.pdf");
    const body = { type: "document", document: { filename: "plan.pdf" } };
    expect(await leave(body, file)).toBe("refused");
    expect(await leave(body, file)).toBe("left");
    expect(uploadMedia).toHaveBeenCalledTimes(1);
    expect(calls[1]?.body).toMatchObject({
      message: { type: "document", document: { filename: "plan.pdf", id: "med_1" } },
    });
  });

  it("has what belongs together a second apart", () => {
    expect(stepLater(LATER, 0)).toEqual(LATER);
    expect(Date.parse(stepLater(LATER, 2).sendAt) - Date.parse(LATER.sendAt)).toBe(2_000);
  });
});
