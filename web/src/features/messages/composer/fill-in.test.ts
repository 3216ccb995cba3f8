import { expect, it } from "vitest";
import { fillIn } from "./fill-in";

const ANN = {
  id: "con_1",
  name: " Ann Lee ",
  phone: "4915112345678",
  user_id: null,
  username: null,
};
const NOBODY = { ...ANN, name: null, phone: null };

it.each([
  ["Hi {{contact.first_name}}, {{agent.name}} here", "Hi Ann, Mara Olsen here"],
  ["{{ contact.name }} / {{contact.phone}}", "Ann Lee / +49 1511 2345678"],
  ["{{agent.first_name}} of {{shop.name}}", "Mara of {{shop.name}}"],
])("fills in %j as %j", (text, filled) => {
  expect(fillIn(text, ANN, "Mara Olsen")).toBe(filled);
});

it.each([
  ["Hello {{contact.first_name}}, how are you?", "Hello, how are you?"],
  ["Hello {{contact.name}}!", "Hello!"],
  ["Hello {{contact.name}}", "Hello"],
  ["{{contact.first_name}}, your bike is ready.", "Your bike is ready."],
  ["Thanks {{contact.first_name}} for waiting", "Thanks for waiting"],
  ["You ({{contact.phone}}) wrote to us", "You wrote to us"],
  ["Hi\n{{contact.name}}\n{{agent.first_name}} here", "Hi\nMara here"],
  ["Hi\n\nyour {{agent.name}}", "Hi\n\nyour Mara Olsen"],
])("leaves no hole in %j", (text, filled) => {
  expect(fillIn(text, NOBODY, "Mara Olsen")).toBe(filled);
});
