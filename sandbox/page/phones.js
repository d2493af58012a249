/* global document, EventSource, FormData */
// Shows the last pushes on lock screens, newest first.
const MOST_PHONES = 60;
const COUNTS = { requests: 'Requests', accepted: 'Accepted', received: 'Received', opened: 'Opened', clicked: 'Clicked', converted: 'Converted', unsubscribed: 'Opted out' };

const phones = document.querySelector('#phones');
const empty = document.querySelector('#empty');
const none = document.querySelector('#none');
const template = document.querySelector('#phone');
const filter = document.querySelector('#filter');
// A lock screen names no half of the day.
const clock = new Intl.DateTimeFormat([], { hour: 'numeric', minute: '2-digit' });
let messages = [];

const source = new EventSource('api/stream');
source.addEventListener('messages', ({ data }) => {
  const known = new Set(messages.map(({ id }) => id));
  const fresh = JSON.parse(data).filter(({ id }) => !known.has(id)).reverse();
  messages = [...fresh, ...messages].slice(0, MOST_PHONES * 4);
  show();
});
source.addEventListener('counts', ({ data }) => {
  const counts = JSON.parse(data);
  document.querySelector('#counts').replaceChildren(...Object.entries(COUNTS).map(([key, label]) => {
    const pair = document.createElement('div');
    const [term, value] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = label;
    value.textContent = (counts[key] ?? 0).toLocaleString();
    value.dataset.count = key;
    pair.append(term, value);
    return pair;
  }));
});
filter.addEventListener('input', show);
filter.addEventListener('submit', (event) => event.preventDefault());

function show() {
  const { text, platform } = Object.fromEntries(new FormData(filter));
  const wanted = messages.filter((message) =>
    (platform === '' || message.platform === platform)
    && `${message.title} ${message.body}`.toLowerCase().includes(text.toLowerCase())).slice(0, MOST_PHONES);
  empty.hidden = messages.length > 0;
  none.hidden = messages.length === 0 || wanted.length > 0;
  const there = new Map([...phones.children].map((phone) => [phone.dataset.id, phone]));
  phones.replaceChildren(...wanted.map((message) => there.get(message.id) ?? lockScreen(message)));
}

function lockScreen(message) {
  const phone = template.content.firstElementChild.cloneNode(true);
  phone.classList.add(message.platform);
  phone.dataset.id = message.id;
  const at = new Date(message.at);
  const fill = (name, text) => (phone.querySelector(`.${name}`).textContent = text ?? '');
  fill('clock', clock.formatToParts(at).filter(({ type }) => ['hour', 'minute'].includes(type)).map(({ value }) => value).join(':'));
  // Long texts are cut as phones cut them; pointing at them shows the whole.
  for (const name of ['title', 'body']) phone.querySelector(`.${name}`).title = message[name];
  fill('day', at.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' }));
  fill('app', message.platform === 'ios' ? 'YOUR APP · now' : 'Your app · now');
  fill('title', message.title);
  fill('subtitle', message.subtitle);
  fill('body', message.body);
  fill('device', message.device);
  phone.querySelector('.device').title = message.platform === 'ios' ? 'iOS' : 'Android';
  if (message.image) Object.assign(phone.querySelector('.image'), { src: message.image, hidden: false });
  phone.querySelector('.notification').addEventListener('click', () => act(phone, 'tap', 'tapped'));
  for (const button of phone.querySelectorAll('[data-deed]')) button.addEventListener('click', () => act(phone, button.dataset.deed, 'gone'));
  return phone;
}

async function act(phone, deed, state) {
  const { ok } = await fetch(`api/phones/${phone.dataset.id}/${deed}`, { method: 'POST' });
  if (ok) phone.classList.add(state);
}
