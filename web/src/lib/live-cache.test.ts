import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { LiveCache } from "./live-cache";

interface Thing {
  seq: number;
}

const newer = (next: Thing) => (known: Thing) => (next.seq > known.seq ? next : known);

function world() {
  const client = new QueryClient();
  const live = new LiveCache(client);
  const answers: ((thing: Thing) => void)[] = [];
  const observer = new QueryObserver<Thing>(client, {
    queryKey: ["thing"],
    queryFn: () => new Promise<Thing>((resolve) => answers.push(resolve)),
  });
  observer.subscribe(() => undefined);
  const answer = async (thing: Thing) => {
    answers.shift()?.(thing);
    await new Promise((resolve) => setTimeout(resolve));
  };
  const data = () => client.getQueryData<Thing>(["thing"]);
  return { client, live, answer, data };
}

it("keeps an event that overtook the answer which was asked for before it", async () => {
  const { live, answer, data } = world();
  live.apply<Thing>(["thing"], newer({ seq: 5 }));
  await answer({ seq: 4 });
  expect(data()).toEqual({ seq: 5 });
});

it("keeps an event that comes while an older answer is renewed", async () => {
  const { client, live, answer, data } = world();
  await answer({ seq: 1 });
  void client.refetchQueries({ queryKey: ["thing"] });
  live.apply<Thing>(["thing"], newer({ seq: 7 }));
  expect(data()).toEqual({ seq: 7 });
  await answer({ seq: 6 });
  expect(data()).toEqual({ seq: 7 });
});

it("does not hold an old event against a newer answer", async () => {
  const { live, answer, data } = world();
  live.apply<Thing>(["thing"], newer({ seq: 2 }));
  await answer({ seq: 9 });
  expect(data()).toEqual({ seq: 9 });
});
