import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Chip } from "@/components/ui/chip";
import { Disclosure } from "@/components/ui/disclosure";
import { usePaged } from "@/lib/paged-query";
import { templateCategory, templateStatus } from "@/lib/template-words";
import { templatesQuery } from "./queries";

const LOOK: Record<string, "good" | "danger" | "ember"> = {
  APPROVED: "good",
  REJECTED: "danger",
  DISABLED: "danger",
  PENDING: "ember",
  PAUSED: "ember",
};

/** The templates of a number; loaded when somebody looks. */
export function TemplateTable({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Disclosure
      icon={LayoutTemplate}
      title={t("number.templates")}
      onToggle={setOpen}
      className="mt-3"
    >
      {open && <Rows sessionId={sessionId} />}
    </Disclosure>
  );
}

function Rows({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation();
  const templates = usePaged(templatesQuery(sessionId));
  return (
    <PagedList
      list={templates}
      empty={<p className="pt-3 text-sm text-ink-soft">{t("template.none")}</p>}
    >
      {(rows) => (
        <ul className="mt-2 divide-y">
          {rows.map((template) => (
            <li key={template.id} className="flex flex-wrap items-center gap-2 py-2">
              <span className="min-w-40 flex-1 truncate font-medium">{template.name}</span>
              <Chip>{template.language}</Chip>
              <Chip>{templateCategory(template.category)}</Chip>
              <Chip look={LOOK[template.status] ?? "plain"}>{templateStatus(template.status)}</Chip>
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  );
}
