import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TagDot } from "@/components/tag-chip";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { LoadProblem, Spinner } from "@/components/ui/states";
import type { Agent, Tag } from "@/lib/api/types";
import type { Paged } from "@/lib/paged-query";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { useAgent, useChangeAgent } from "./queries";

/** As the hub. */
const MOST = 500;

interface AgentDialogProps {
  agent: { id: string; name: string };
  /** What somebody can be good at. */
  tags: Paged<Tag>;
  onClose: () => void;
}

/** How many open conversations somebody is given at most, and which kinds of them they are good at. */
export function AgentDialog({ agent, tags, onClose }: AgentDialogProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useAgent(agent.id);
  // Only with all tags is known which skills are still some: what is not shown would be taken away.
  const known = tags.hasNextPage ? undefined : tags.data;
  if (data && known) return <Fields agent={data} tags={known} onClose={onClose} />;
  const problem = error ?? (known ? null : tags.error);
  return (
    <FormDialog
      title={t("agent.worksAs", { name: agent.name })}
      action={t("common.save")}
      busy
      error={null}
      onSubmit={() => undefined}
      onClose={onClose}
    >
      {problem ? (
        <LoadProblem error={problem} onRetry={() => void (error ? refetch() : tags.refetch())} />
      ) : (
        <Spinner />
      )}
    </FormDialog>
  );
}

function Fields({ agent, tags, onClose }: { agent: Agent; tags: Tag[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [capacity, setCapacity] = useState(String(agent.capacity));
  // A tag that was deleted is nobody's skill.
  const known = agent.skills.filter((skill) => tags.some(({ id }) => id === skill));
  const [skills, setSkills] = useState(known);
  const change = useChangeAgent();
  const shown = isAboutFields(change.error, ["capacity"]);
  const toggle = (id: string) =>
    setSkills((now) => (now.includes(id) ? now.filter((skill) => skill !== id) : [...now, id]));
  return (
    <FormDialog
      title={t("agent.worksAs", { name: agent.name })}
      action={t("common.save")}
      busy={change.isPending}
      error={shown ? null : change.error}
      onSubmit={() =>
        change.mutate({ id: agent.id, capacity: Number(capacity), skills }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <TextField
        required
        type="number"
        min={0}
        max={MOST}
        step={1}
        label={t("agent.capacity")}
        hint={t("agent.capacityHint")}
        error={fieldProblem(change.error, "capacity")}
        value={capacity}
        onChange={(event) => setCapacity(event.target.value)}
      />
      <fieldset className="grid gap-1.5">
        <legend className="text-sm font-medium">{t("agent.skills")}</legend>
        <p className="text-xs text-ink-faint">{t("agent.skillsHint")}</p>
        {tags.length === 0 ? (
          <p className="text-sm text-ink-soft">{t("agent.noTags")}</p>
        ) : (
          <ul className="grid max-h-60 grid-cols-1 gap-x-3 overflow-y-auto rounded-lg border p-1.5 sm:grid-cols-2">
            {tags.map((tag) => (
              <li key={tag.id}>
                <label className="flex min-h-9 items-center gap-2.5 rounded-md px-2 hover:bg-sunken">
                  <input
                    type="checkbox"
                    checked={skills.includes(tag.id)}
                    onChange={() => toggle(tag.id)}
                    className="size-4 shrink-0 accent-(--tide)"
                  />
                  <TagDot color={tag.color} />
                  <bdi className="min-w-0 truncate text-sm">{tag.name}</bdi>
                </label>
              </li>
            ))}
          </ul>
        )}
      </fieldset>
    </FormDialog>
  );
}
