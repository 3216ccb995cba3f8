import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import type { BuilderProps } from "./builder-dialog";
import { PreviewFrame } from "./preview-frame";

/** A coordinate within its bounds, or null. */
export function coordinate(value: string, limit: number): number | null {
  const number = Number(value.replace(",", "."));
  return value.trim() !== "" && Math.abs(number) <= limit ? number : null;
}

export function LocationDialog({ onSend, onClose }: BuilderProps) {
  const { t } = useTranslation();
  const [latitude, setLatitude] = useState("");
  const [longitude, setLongitude] = useState("");
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const lat = coordinate(latitude, 90);
  const lng = coordinate(longitude, 180);
  const location = {
    latitude: lat ?? 0,
    longitude: lng ?? 0,
    ...(name.trim() && { name: name.trim() }),
    ...(address.trim() && { address: address.trim() }),
  };
  const body = { type: "location", location };
  return (
    <PreviewFrame
      title={t("builder.location")}
      body={lat !== null && lng !== null ? body : null}
      draft={body}
      onSend={onSend}
      onClose={onClose}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t("builder.latitude")}
          inputMode="decimal"
          placeholder="52.5163"
          value={latitude}
          onChange={(event) => setLatitude(event.target.value)}
        />
        <TextField
          label={t("builder.longitude")}
          inputMode="decimal"
          placeholder="13.3777"
          value={longitude}
          onChange={(event) => setLongitude(event.target.value)}
        />
      </div>
      <TextField
        label={t("builder.placeName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={t("builder.address")}
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
    </PreviewFrame>
  );
}
