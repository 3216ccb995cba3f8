import { ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { locale } from "@/lib/i18n";
import { readOrder } from "../content";
import { FormattedText } from "./formatted-text";

function money(amount: number, currency: string, language: string): string {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency}`.trim();
  }
}

export function OrderContent({ content }: { content: unknown }) {
  const { t } = useTranslation();
  const { note, items } = readOrder(content);
  const total = items.reduce((sum, item) => sum + item.price * item.quantity, 0);
  const currency = items[0]?.currency ?? "";
  return (
    <div className="w-card">
      <p className="flex items-center gap-2 font-semibold">
        <ShoppingBag aria-hidden className="size-4" />
        {t("message.order", { count: items.length })}
      </p>
      <ul className="my-1.5 divide-y divide-line-strong/40">
        {items.map((item) => (
          <li key={item.id} className="flex gap-3 py-1 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {item.quantity} × {item.id}
            </span>
            <span className="tabular-nums">
              {money(item.price * item.quantity, item.currency, locale())}
            </span>
          </li>
        ))}
      </ul>
      <p className="flex justify-between text-sm font-semibold">
        <span>{t("message.total")}</span>
        <span className="tabular-nums">{money(total, currency, locale())}</span>
      </p>
      {note && <FormattedText text={note} className="mt-1.5" />}
    </div>
  );
}
