import { useEffect } from "react";
import { useNavigate } from "react-router";
import { queueTopic, useQueues } from "@/features/queues/queries";
import { useAlerts, useSaidAlerts } from "@/features/queues/use-alerts";
import type { QueueFigures } from "@/lib/api/types";
import { useTopics } from "@/lib/connection";
import { useAlertCount } from "./alert-count";
import { useOutdated } from "./use-outdated";

const NO_QUEUES: QueueFigures[] = [];

/** Keeps the lines' figures live, counts what is over its line, and says what has just gone over it. */
export function AlertWatcher() {
  const navigate = useNavigate();
  const { data: queues = NO_QUEUES, dataUpdatedAt } = useQueues();
  useTopics(queues.map(({ team }) => queueTopic(team)));
  const alerts = useAlerts(queues);
  const outdated = useOutdated(dataUpdatedAt);
  const known = outdated ? null : alerts;
  const said = useSaidAlerts(known, () => void navigate("/wall"));
  const count = known?.length ?? 0;
  useEffect(() => {
    useAlertCount.setState({ count });
    return () => useAlertCount.setState({ count: 0 });
  }, [count]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
