import { Phone, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { useTopic } from "@/lib/connection";
import { useMay } from "@/lib/session-user";
import { NumberCard } from "./number-card";
import { NumberForm } from "./number-form";
import { useSessions, useTestSession } from "./queries";

export function NumbersPage() {
  const { t } = useTranslation();
  useTopic("sessions");
  const sessions = useSessions();
  const may = useMay("admin");
  const [adding, setAdding] = useState(false);
  const test = useTestSession();
  const [fresh, setFresh] = useState<string | null>(null);
  const add = may && (
    <Button data-testid="new-number" onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      {t("number.new")}
    </Button>
  );
  return (
    <SettingsPage title={t("settings.numbers")} hint={t("number.pageHint")} action={add}>
      <PagedList
        list={sessions}
        empty={<Empty icon={Phone} title={t("number.emptyTitle")} text={t("number.emptyHint")} />}
      >
        {(numbers) => (
          <ul aria-label={t("settings.numbers")} className="grid gap-4">
            {numbers.map((session) => (
              <NumberCard key={session.id} session={session} fresh={session.id === fresh} />
            ))}
          </ul>
        )}
      </PagedList>
      {adding && (
        <NumberForm
          onClose={() => setAdding(false)}
          onDone={(session) => {
            setAdding(false);
            setFresh(session.id);
            // The hub tries for a long time; whoever has just typed wants to know now.
            test.mutate(session);
          }}
        />
      )}
    </SettingsPage>
  );
}
