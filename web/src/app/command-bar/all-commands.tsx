import { useState } from "react";
import { CommandBar } from "@/features/command-bar/command-bar";
import { useConversationCommands } from "./conversation-commands";
import { useFoundConversations } from "./found-conversations";
import { useLookCommands } from "./look-commands";
import { usePageCommands } from "./page-commands";
import { useGo } from "./use-go";
import { useViewCommands } from "./view-commands";

interface AllCommandsProps {
  /** What was typed before this was there. */
  early: string;
  onRun: (run: () => void) => void;
}

/** The command bar with all that the one who is logged in can do here. */
export function AllCommands({ early, onRun }: AllCommandsProps) {
  const [wanted, setWanted] = useState(early);
  const go = useGo();
  const { known, found, searching } = useFoundConversations(wanted, go);
  const commands = [
    ...useConversationCommands(),
    ...known,
    ...useViewCommands(go),
    ...usePageCommands(go),
    ...useLookCommands(),
  ];
  return (
    <CommandBar
      early={early}
      commands={commands}
      found={found}
      searching={searching}
      onWanted={setWanted}
      onRun={onRun}
    />
  );
}
