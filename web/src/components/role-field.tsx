import { useTranslation } from "react-i18next";
import { SelectField } from "@/components/ui/field";
import type { Role } from "@/lib/api/types";
import { isAtLeast, ROLES, useLogin } from "@/lib/session-user";

/** A role to give: nobody gives more than they have. */
export function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  const mine = useLogin((login) => login.user?.role);
  return (
    <SelectField
      label={t("user.role")}
      hint={t(`user.roleHint.${value}`)}
      value={value}
      onChange={(event) => onChange(event.target.value as Role)}
    >
      {ROLES.filter((role) => isAtLeast(mine, role)).map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </SelectField>
  );
}
