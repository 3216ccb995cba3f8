// Who is logged in, and what a role may do.

import { create } from "zustand";
import type { Organization, Role, UserView } from "./api/types";

interface Login {
  user: UserView | null;
  organization: Organization | null;
}

export const useLogin = create<Login>(() => ({ user: null, organization: null }));

const RANK: Record<Role, number> = { agent: 0, supervisor: 1, admin: 2, owner: 3 };

export const ROLES: Role[] = ["agent", "supervisor", "admin", "owner"];

export function isAtLeast(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && RANK[role] >= RANK[needed];
}

/** Whether the person who is logged in has at least that role. */
export function useMay(needed: Role): boolean {
  return useLogin((login) => isAtLeast(login.user?.role, needed));
}
