import { useMemo } from "react";
import { ClusterPage } from "@/features/cluster/cluster-page";
import { useSessions } from "@/features/numbers/queries";
import { useTopic } from "@/lib/connection";

/** The cluster's page, with the names of the numbers that its nodes send for. */
export function ClusterRoute() {
  useTopic("sessions");
  const { data, isPending } = useSessions();
  const names = useMemo(
    () => (isPending ? null : new Map(data?.map(({ id, name }) => [id, name]))),
    [data, isPending],
  );
  return <ClusterPage names={names} />;
}
