import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { PagedList } from "@/components/paged-list";
import { Lines } from "@/components/settings-page";
import { Avatar } from "@/components/ui/avatar";
import { Segments } from "@/components/ui/segments";
import { Empty } from "@/components/ui/states";
import type { ScheduledMessage } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { scheduledQuery } from "./queries";
import { ScheduledHead, ScheduledWords } from "./scheduled-facts";

const STATES = ["waiting", "failed", "sent"] as const;
const WHOSE = ["mine", "all"] as const;

/** What waits for its time in all conversations, what was not sent, and what was. */
export function ScheduledPage() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const state = STATES.find((one) => one === parameters.get("state")) ?? "waiting";
  const whose = WHOSE.find((one) => one === parameters.get("whose")) ?? "mine";
  const list = usePaged(scheduledQuery({ state, ...(whose === "mine" && { author: "me" }) }));
  const choose = (name: string, value: string) =>
    setParameters(
      (known) => {
        known.set(name, value);
        return known;
      },
      { replace: true },
    );
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8 sm:py-8">
      <h1 className="text-2xl font-semibold tracking-tight">{t("later.page")}</h1>
      <p className="mt-1 text-ink-soft">{t("later.pageHint")}</p>
      <div className="my-4 flex flex-wrap gap-2">
        <Segments
          label={t("later.state")}
          options={STATES.map((value) => ({ value, name: t(`later.states.${value}`) }))}
          chosen={state}
          onChoose={(value) => choose("state", value)}
        />
        <Segments
          label={t("later.whose")}
          options={WHOSE.map((value) => ({ value, name: t(`later.whoses.${value}`) }))}
          chosen={whose}
          onChoose={(value) => choose("whose", value)}
        />
      </div>
      <PagedList
        list={list}
        empty={
          <Empty
            icon={CalendarClock}
            title={t(`later.none.${state}`)}
            text={state === "waiting" && t("later.noneHint")}
          />
        }
      >
        {(rows) => (
          <Lines label={t("later.page")}>
            {rows.map((row) => (
              <ScheduledRow key={row.id} row={row} />
            ))}
          </Lines>
        )}
      </PagedList>
    </div>
  );
}

/** Leads to its conversation, and to what it became. */
function ScheduledRow({ row }: { row: ScheduledMessage }) {
  const name = contactName(row.contact);
  const pathname = `/inbox/${row.conversation_id}`;
  return (
    <li>
      <Link
        to={{ pathname, ...(row.message_id && { hash: row.message_id }) }}
        data-testid="scheduled-row"
        className="flex items-start gap-3 px-4 py-3 -outline-offset-2 hover:bg-sunken"
      >
        <Avatar id={row.contact.id} name={name} size={36} className="mt-0.5" />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">
            <bdi>{name}</bdi>
          </span>
          <ScheduledHead row={row} />
          <ScheduledWords row={row} />
        </span>
      </Link>
    </li>
  );
}
