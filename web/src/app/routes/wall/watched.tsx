import { CircleCheck } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { PagedList } from "@/components/paged-list";
import { Empty } from "@/components/ui/states";
import { MoveBar } from "@/features/conversations/move-bar";
import { WatchList } from "@/features/conversations/watch-list";
import type { Conversation, Team, UserView } from "@/lib/api/types";
import type { Paged } from "@/lib/paged-query";

interface WatchedProps {
  label: string;
  empty: string;
  list: Paged<Conversation>;
  /** Which of them are meant. */
  wanted?: (row: Conversation) => boolean;
  /** Which of them come first; else as the hub has them. */
  order?: (a: Conversation, b: Conversation) => number;
  users: UserView[];
  teams: Team[];
  onOpen: (row: Conversation) => void;
}

/** A list of conversations to look into, or to move several at once. */
export function Watched(props: WatchedProps): ReactNode {
  const { label, empty, list, wanted, order, users, teams, onOpen } = props;
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  // Pages overlap where a list moved meanwhile.
  const rows = useMemo(() => {
    const all = new Map((list.data ?? []).map((row) => [row.id, row]));
    const rows = [...all.values()].filter(wanted ?? (() => true));
    return order ? rows.sort(order) : rows;
  }, [list.data, wanted, order]);
  const chosen = useMemo(
    () => new Set(rows.filter(({ id }) => ticked.has(id)).map(({ id }) => id)),
    [rows, ticked],
  );
  const [moving, setMoving] = useState(false);
  const none = <Empty icon={CircleCheck} title={empty} />;
  return (
    <>
      <div className="min-h-0 flex-1 overflow-y-auto pb-4">
        <PagedList list={list} empty={none}>
          {() =>
            rows.length === 0 ? (
              none
            ) : (
              <WatchList
                label={label}
                rows={rows}
                chosen={chosen}
                onChoose={setTicked}
                onOpen={onOpen}
              />
            )
          }
        </PagedList>
      </div>
      {(chosen.size > 0 || moving) && (
        <MoveBar
          ids={[...chosen]}
          users={users}
          teams={teams}
          onStart={() => setMoving(true)}
          onDone={() => {
            setMoving(false);
            setTicked(new Set());
          }}
        />
      )}
    </>
  );
}
