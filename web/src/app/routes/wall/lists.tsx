import { useState } from "react";
import { useTranslation } from "react-i18next";
import { conversationList } from "@/features/conversations/queries";
import { NO_FILTERS } from "@/features/conversations/use-filters";
import { lineQuery } from "@/features/queues/queries";
import type { Conversation, Team, TeamBrief, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { usePaged } from "@/lib/paged-query";
import { Watched } from "./watched";

interface WatchProps {
  users: UserView[];
  teams: Team[];
  onOpen: (row: Conversation) => void;
}

const PARTS = ["waiting", "unanswered"] as const;

/** What waits for a team, and who of all its customers waits for an answer. */
export function QueueWatch({ team, ...rest }: WatchProps & { team: TeamBrief | null }) {
  const { t } = useTranslation();
  const [part, setPart] = useState<(typeof PARTS)[number]>("waiting");
  return (
    <>
      <fieldset
        aria-label={t("wall.which")}
        className="mx-4 my-2.5 flex gap-0.5 rounded-lg bg-sunken p-0.5"
      >
        {PARTS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={part === one}
            onClick={() => setPart(one)}
            className={cn(
              "h-8 flex-1 rounded-md px-2 text-sm",
              part === one ? "bg-raised font-medium shadow-lift" : "text-ink-soft hover:text-ink",
            )}
          >
            {t(`wall.part.${one}`)}
          </button>
        ))}
      </fieldset>
      {part === "unanswered" ? (
        <Unanswered team={team} {...rest} />
      ) : team ? (
        <Line team={team} {...rest} />
      ) : (
        <Nobodys {...rest} />
      )}
    </>
  );
}

function Line({ team, ...rest }: WatchProps & { team: TeamBrief }) {
  const { t } = useTranslation();
  const list = usePaged(lineQuery(team.id));
  return <Watched {...rest} list={list} label={t("wall.part.waiting")} empty={t("wall.noLine")} />;
}

/** Of no team: nobody is given them, so they have no line. */
function Nobodys(props: WatchProps) {
  const { t } = useTranslation();
  const list = usePaged(
    conversationList({ ...NO_FILTERS, team: "none", assignee: "none", sort: "oldest" }),
  );
  return <Watched {...props} list={list} label={t("wall.part.waiting")} empty={t("wall.noLine")} />;
}

const waits = (row: Conversation) => row.waiting_since !== null;

function Unanswered({ team, ...rest }: WatchProps & { team: TeamBrief | null }) {
  const { t } = useTranslation();
  const list = usePaged(
    conversationList({ ...NO_FILTERS, team: team?.id ?? "none", sort: "oldest" }),
  );
  return (
    <Watched
      {...rest}
      list={list}
      wanted={waits}
      label={t("wall.part.unanswered")}
      empty={t("wall.allAnswered")}
    />
  );
}

/** Who waits longest first, then who waits for nothing. */
function longestWait({ waiting_since: a }: Conversation, { waiting_since: b }: Conversation) {
  if (!a || !b) return Number(!a) - Number(!b);
  return Date.parse(a) - Date.parse(b);
}

/** What somebody has in hand. */
export function AgentWatch({ agent, ...rest }: WatchProps & { agent: { id: string } }) {
  const { t } = useTranslation();
  const list = usePaged(conversationList({ ...NO_FILTERS, assignee: agent.id, sort: "oldest" }));
  return (
    <Watched
      {...rest}
      list={list}
      order={longestWait}
      label={t("wall.conversations")}
      empty={t("wall.hasNone")}
    />
  );
}
