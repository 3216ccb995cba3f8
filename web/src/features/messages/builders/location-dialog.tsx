import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/use-form";
import type { BuilderProps } from "./builder-dialog";
import { PreviewFrame } from "./preview-frame";

/** A coordinate within its bounds, or null. */
export function coordinate(value: string, limit: number): number | null {
  const number = Number(value.replace(",", "."));
  return value.trim() !== "" && Math.abs(number) <= limit ? number : null;
}

export function LocationDialog(way: BuilderProps) {
  const { t } = useTranslation();
  const { values, field } = useForm({ latitude: "", longitude: "", name: "", address: "" });
  const lat = coordinate(values.latitude, 90);
  const lng = coordinate(values.longitude, 180);
  const name = values.name.trim();
  const address = values.address.trim();
  const location = {
    latitude: lat ?? 0,
    longitude: lng ?? 0,
    ...(name && { name }),
    ...(address && { address }),
  };
  const body = { type: "location", location };
  return (
    <PreviewFrame
      title={t("builder.location")}
      body={lat !== null && lng !== null ? body : null}
      draft={body}
      {...way}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t("builder.latitude")}
          inputMode="decimal"
          placeholder="52.5163"
          {...field("latitude")}
        />
        <TextField
          label={t("builder.longitude")}
          inputMode="decimal"
          placeholder="13.3777"
          {...field("longitude")}
        />
      </div>
      <TextField label={t("builder.placeName")} {...field("name")} />
      <TextField label={t("builder.address")} {...field("address")} />
    </PreviewFrame>
  );
}
