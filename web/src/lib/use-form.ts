import { useState } from "react";

/** The texts of a form; `field("name")` is what the input of one of them needs. */
export function useForm<Values extends Record<string, string>>(first: Values) {
  const [values, setValues] = useState(first);
  const field = (name: keyof Values & string) => ({
    value: values[name] ?? "",
    onChange: ({ target: { value } }: { target: { value: string } }) =>
      setValues((now) => ({ ...now, [name]: value })),
  });
  return { values, field };
}
