// Waiting for conditions, never for time.

/** Asks until `probe` answers something true, and gives that; says `what` was awaited when it takes too long. */
export async function eventually(what, probe, seconds = 20) {
  const limit = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < limit) {
    try {
      const answer = await probe();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${seconds} s for: ${what}`, { cause: last });
}
