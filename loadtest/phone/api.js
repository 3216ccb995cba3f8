// The simulator's control interface, and the live stream.

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const data = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(data?.error ?? `the simulator answered ${answer.status}`);
  return data;
}

const at = (...parts) => parts.map(encodeURIComponent).join("/");

export const listNumbers = () => call("GET", "/sim/numbers").then((page) => page.data);
export const listContacts = () => call("GET", "/sim/contacts").then((page) => page.data);
export const listCustomers = (number) =>
  call("GET", `/sim/customers?phone_number_id=${encodeURIComponent(number)}`).then((page) => page.data);
export const getChat = (number, customer) => call("GET", `/sim/chats/${at(number, customer)}`);
export const setAuto = (number, customer, auto) => call("POST", `/sim/chats/${at(number, customer)}/auto`, { auto });
export const saw = (number, customer, step) => call("POST", `/sim/chats/${at(number, customer)}/saw`, { step });
export const write = (number, customer, message) =>
  call("POST", `/sim/customers/${at(customer)}/messages`, { phone_number_id: number, ...message });

/** Calls `onEvent` for everything that happens on any phone, and `onOpen` whenever something may have been missed. */
export function listen(onEvent, onOpen) {
  const source = new EventSource("/sim/stream");
  source.onopen = onOpen;
  source.onmessage = (frame) => {
    const event = JSON.parse(frame.data);
    if (event.type === "reload") onOpen();
    else onEvent(event);
  };
}
