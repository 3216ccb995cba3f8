import { useState } from "react";
import { CommandBar } from "@/features/command-bar/command-bar";
import { useConversationCommands } from "./conversation-commands";
import { useFoundConversations } from "./found-conversations";
import { useLookCommands } from "./look-commands";
import { usePageCommands } from "./page-commands";
import { useGo } from "./use-go";

/** The command bar with all that the one who is logged in can do here. */
export function AllCommands({ onRun }: { onRun: (run: () => void) => void }) {
  const [wanted, setWanted] = useState("");
  const go = useGo();
  const { known, found, searching } = useFoundConversations(wanted, go);
  const commands = [
    ...useConversationCommands(),
    ...known,
    ...usePageCommands(go),
    ...useLookCommands(),
  ];
  return (
    <CommandBar
      commands={commands}
      found={found}
      searching={searching}
      onWanted={setWanted}
      onRun={onRun}
    />
  );
}
