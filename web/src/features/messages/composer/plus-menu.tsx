import { Contact, LayoutTemplate, List, MapPin, Paperclip, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";

export type Builder = "location" | "contact" | "interactive" | "template";

interface PlusMenuProps {
  onAttach: () => void;
  onBuild: (builder: Builder) => void;
}

export function PlusMenu({ onAttach, onBuild }: PlusMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu side="top" trigger={<IconButton icon={Plus} label={t("composer.more")} />}>
      <MenuItem icon={Paperclip} onSelect={onAttach}>
        {t("composer.attach")}
      </MenuItem>
      <MenuItem icon={LayoutTemplate} onSelect={() => onBuild("template")}>
        {t("kind.template")}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={List} onSelect={() => onBuild("interactive")}>
        {t("builder.interactive")}
      </MenuItem>
      <MenuItem icon={MapPin} onSelect={() => onBuild("location")}>
        {t("kind.location")}
      </MenuItem>
      <MenuItem icon={Contact} onSelect={() => onBuild("contact")}>
        {t("kind.contacts")}
      </MenuItem>
    </Menu>
  );
}
