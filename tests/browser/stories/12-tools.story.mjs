// An agent's own tools: filters under a name, steps done together, words that follow from device to device, and messages for later.

import assert from "node:assert/strict";

import { eventually } from "../lib/await.mjs";
import { accessible } from "../lib/axe.mjs";
import { byId, fill, logIn, message, openConversation } from "../lib/browser.mjs";
import { story } from "../lib/story.mjs";
import { customerWrites, furnish } from "../lib/world.mjs";

const carla = { wa_id: "4915112345678", name: "Carla Customer" };
const emil = { wa_id: "4915187654321", name: "Emil Eater" };

const conversationOf = (world, name) =>
  eventually(
    `the conversation of ${name}`,
    async () => (await world.hub.get(`/conversations?q=${name}`)).data[0],
  );

story("filters are kept under a name and are there on another device", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "A cake for Sunday, please");
  await customerWrites(world, emil, "Just looking");
  const { id } = await conversationOf(world, "Carla");
  await world.hub.patch(`/conversations/${id}`, { priority: "urgent" });
  const [desk, phone] = [await page(), await page()];
  await logIn(desk, world.url);
  await logIn(phone, world.url);
  await desk.goto(`${world.url}/inbox?priority=urgent`);
  await byId(desk, "conversation-row").filter({ hasText: "Carla" }).waitFor();
  await byId(desk, "views").click();
  await desk.getByRole("menuitem", { name: /Save these filters/ }).click();
  const dialog = desk.getByRole("dialog", { name: "Save as a view" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("In a hurry");
  await accessible(desk, "the dialog of a view");
  await dialog.getByRole("button", { name: "Save" }).click();
  await byId(desk, "views").filter({ hasText: "In a hurry" }).waitFor();

  // Told to the other device, which shows both before.
  await byId(phone, "conversation-row").filter({ hasText: "Emil" }).waitFor();
  await byId(phone, "views").click();
  await phone.getByRole("menuitemcheckbox", { name: "In a hurry" }).click();
  await byId(phone, "conversation-row").filter({ hasText: "Emil" }).waitFor({ state: "detached" });
  await byId(phone, "conversation-row").filter({ hasText: "Carla" }).waitFor();
});

story("a macro answers, notes and closes at once, or does nothing", async ({ world, page }) => {
  await furnish(world);
  const actions = [
    { do: "send_text", text: "Thank you, {{contact.first_name}}!" },
    { do: "write_note", text: "Done with it" },
    { do: "set_status", status: "closed" },
  ];
  await world.hub.post("/macros", { name: "Thank and close", actions, shared: true });
  await customerWrites(world, carla, "It was delicious");
  const olive = await page();
  await logIn(olive, world.url);
  await openConversation(olive, "Carla Customer");
  await message(olive, "It was delicious").waitFor();
  await olive.keyboard.press("Alt+m");
  await olive.getByRole("option", { name: /Thank and close/ }).waitFor();
  await olive.keyboard.type("thank");
  await olive.keyboard.press("Enter");
  await message(olive, "Thank you, Carla!").waitFor();
  await message(olive, "Done with it", '[data-direction="note"]').waitFor();
  const closed = await eventually("the conversation to be closed", async () => {
    const row = await conversationOf(world, "Carla");
    return row.status === "closed" && row;
  });
  const thread = await world.hub.get(`/conversations/${closed.id}/messages`);
  assert.equal(thread.data.filter(({ text }) => text === "Thank you, Carla!").length, 1);
});

story("words that were begun at the desk are there on the phone", async ({ world, page }) => {
  await furnish(world);
  await customerWrites(world, carla, "Do you have rye bread?");
  const [desk, phone] = [await page(), await page({ viewport: { width: 390, height: 844 } })];
  await logIn(desk, world.url);
  await logIn(phone, world.url);
  await openConversation(desk, "Carla Customer");
  await fill(desk, { "composer-input": "Yes, fresh every" });
  await byId(phone, "conversation-row").filter({ hasText: "Draft" }).waitFor();
  await openConversation(phone, "Carla Customer");
  const input = byId(phone, "composer-input");
  await eventually(
    "the words to arrive",
    async () => (await input.inputValue()) === "Yes, fresh every",
  );
  await input.fill("Yes, fresh every morning");
  await byId(phone, "composer-send").click();
  await message(phone, "fresh every morning").waitFor();
  // Sent there, it is not begun here any more.
  const here = byId(desk, "composer-input");
  await eventually("the field to be empty", async () => (await here.inputValue()) === "");
});

story(
  "what is left for later waits above the field, and goes out once",
  async ({ world, page }) => {
    await furnish(world);
    await customerWrites(world, carla, "When do you open?");
    const olive = await page();
    await logIn(olive, world.url);
    await openConversation(olive, "Carla Customer");
    await fill(olive, { "composer-input": "At seven" });
    await byId(olive, "composer")
      .getByRole("button", { name: /Send later/ })
      .click();
    await olive.getByRole("menuitem", { name: /In an hour/ }).click();
    await byId(olive, "scheduled-line").filter({ hasText: "1 message waits" }).waitFor();
    assert.equal(await byId(olive, "composer-input").inputValue(), "");
    assert.equal(await message(olive, "At seven").count(), 0, "not before its time");
    await byId(olive, "scheduled-line").click();
    await accessible(olive, "the list of what waits");
    await byId(olive, "scheduled-item").getByRole("button", { name: "Send now" }).click();
    await olive.keyboard.press("Escape");
    await message(olive, "At seven").waitFor();
    await byId(olive, "scheduled-line").waitFor({ state: "detached" });
    const { id } = await conversationOf(world, "Carla");
    // It is said before it is written down that it went.
    const sent = await eventually("what waited to be sent", async () => {
      const list = await world.hub.get(`/conversations/${id}/scheduled-messages?state=sent`);
      return list.data.length > 0 && list;
    });
    const thread = await world.hub.get(`/conversations/${id}/messages`);
    const said = thread.data.filter(({ text }) => text === "At seven");
    assert.deepEqual(
      said.map((one) => one.id),
      sent.data.map((one) => one.message_id),
    );
  },
);
