import { useTranslation } from "react-i18next";
import { Drawer } from "@/components/ui/drawer";
import { useConversation } from "@/features/conversations/queries";
import type { AgentFigures, Conversation, QueueFigures, Team, UserView } from "@/lib/api/types";
import { contactName, phone } from "@/lib/format";
import { AgentWatch, QueueWatch } from "./lists";
import { SilentRead } from "./silent-read";

/** What was opened from the wall, and the conversation that was opened from there. */
export interface Look {
  at:
    | { kind: "queue"; team: QueueFigures["team"] }
    | { kind: "agent"; agent: Pick<AgentFigures, "id" | "name"> };
  conversation: string | null;
}

interface WallDrawerProps {
  look: Look;
  users: UserView[];
  teams: Team[];
  onLook: (look: Look | null) => void;
}

export function WallDrawer({ look, users, teams, onLook }: WallDrawerProps) {
  const { t } = useTranslation();
  const { at, conversation } = look;
  const close = () => onLook(null);
  const open = (row: Conversation) => onLook({ at, conversation: row.id });
  const people = { users, teams };
  if (conversation) {
    const back = () => onLook({ at, conversation: null });
    return <ReadDrawer id={conversation} {...people} onBack={back} onClose={close} />;
  }
  const name = at.kind === "queue" ? (at.team?.name ?? t("care.noTeam")) : at.agent.name;
  return (
    <Drawer title={name} step={at.kind} onClose={close}>
      {at.kind === "queue" ? (
        <QueueWatch team={at.team} {...people} onOpen={open} />
      ) : (
        <AgentWatch agent={at.agent} {...people} onOpen={open} />
      )}
    </Drawer>
  );
}

interface ReadDrawerProps {
  id: string;
  users: UserView[];
  teams: Team[];
  onBack: () => void;
  onClose: () => void;
}

function ReadDrawer({ id, users, teams, onBack, onClose }: ReadDrawerProps) {
  const { t } = useTranslation();
  const contact = useConversation(id).data?.contact;
  const facts = [contact?.name && contact.phone ? phone(contact.phone) : null, t("watch.silent")];
  return (
    <Drawer
      title={contact ? contactName(contact) : t("thread.pane")}
      description={facts.filter(Boolean).join(" · ")}
      step={id}
      onBack={onBack}
      onClose={onClose}
    >
      <SilentRead id={id} users={users} teams={teams} />
    </Drawer>
  );
}
