/**
 * Writes the made-up people of the demo: `node scripts/people.mjs [folder]` puts people.csv and people.json into
 * examples/data/ (or the folder). Same bytes every time: the seed, the dates and every share are fixed below.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SEED = 42;
const FIRST_SIGN_UP = Date.UTC(2026, 0, 2) / 1000;
const LAST_SIGN_UP = Date.UTC(2026, 8, 30) / 1000;
/** Nothing in the files is later than this instant. */
const TAKEN_AT = Date.UTC(2026, 10, 15) / 1000;
const DAY = 86_400;

const PARIS = 'Europe/Paris';
const SWITZERLAND = 'Europe/Zurich';
/** One row a language of a country: how many people, how many of ten carry an iPhone, where they live, their names. */
const MARKETS = [
  { locale: 'fr-FR', people: 260, iphones: 4,
    cities: { [PARIS]: 'Paris,Paris,Paris,Paris,Lyon,Lyon,Marseille,Marseille,Lille,Lille,Nantes,Bordeaux,Strasbourg,Rennes,Toulouse,Nice,Grenoble,Besançon,Angers,Metz', 'Indian/Reunion': 'Saint-Denis', 'America/Martinique': 'Fort-de-France' },
    first: 'Camille,Léa,Chloé,Inès,Manon,Élise,Zoé,Anaïs,Océane,Maëlle,Clémence,Noémie,Hugo,Théo,Jérôme,Loïc,Maël,Gaël,Rémi,Aurélien,Baptiste,Yanis,Mathéo,Kévin,Benoît,Aïcha,Mehdi',
    last: 'Garnier,Lefèvre,Chevallier,Fontaine,Roussel,Mercier,Boulanger,Perrin,Lemoine,Barbier,Delaunay,Guérin,Besnard,Hébert,Le Goff,Poirier,Vasseur,Charpentier,Maréchal,Pélissier,Benali,Nguyen' },
  { locale: 'fr-BE', people: 55, iphones: 4,
    cities: { 'Europe/Brussels': 'Bruxelles,Liège,Namur,Charleroi,Mons' },
    first: 'Lucas,Louise,Émilie,Margaux,Célestine,Arnaud,Gauthier,Quentin,Thibault,Élodie,Axelle',
    last: 'Lambert,Claessens,Delvaux,Lejeune,Renard,Wauters,Hanquet,Piron,Collignon,Servais,Dethier' },
  { locale: 'fr-CH', people: 40, iphones: 6,
    cities: { [SWITZERLAND]: 'Genève,Lausanne,Neuchâtel,Fribourg' },
    first: 'Amélie,Solène,Mélanie,Valentin,Damien,Cédric,Nathalie,Raphaël,Yann,Corinne',
    last: 'Favre,Rochat,Jaccard,Bovet,Chappuis,Monnier,Aebischer,Perret,Cuendet,Rapin' },
  { locale: 'fr-CA', people: 56, iphones: 6,
    cities: { 'America/Toronto': 'Montréal,Québec,Gatineau,Trois-Rivières', 'America/Moncton': 'Moncton' },
    first: 'Félix,Mégane,Jérémie,Maude,Étienne,Gabrielle,Xavier,Laurence,Ariane,Philippe,Noélie',
    last: 'Tremblay,Gagné,Champoux,Côté,Lavoie,Pelletier,Bélanger,Thériault,Desrosiers,Gingras,Plourde' },
  { locale: 'fr-SN', people: 25, iphones: 2,
    cities: { 'Africa/Dakar': 'Dakar,Thiès,Saint-Louis' },
    first: 'Awa,Coumba,Ndèye,Mariama,Khady,Sokhna,Modou,Birane,Serigne,Samba,Malick,Assane',
    last: 'Ndiaye,Sarr,Faye,Gueye,Mbaye,Thiam,Dramé,Diagne,Kébé,Seck' },
  { locale: 'fr-MA', people: 20, iphones: 2,
    cities: { 'Africa/Casablanca': 'Casablanca,Rabat,Fès,Tanger' },
    first: 'Yassine,Salma,Imane,Karim,Nadia,Hamza,Soukaina,Youssef',
    last: 'El Idrissi,Bennani,Tazi,Alaoui,Berrada,Chraïbi,Lahlou,El Fassi' },
  { locale: 'en-US', people: 206, iphones: 6,
    cities: { 'America/New_York': 'New York,Boston,Atlanta,Miami', 'America/Chicago': 'Chicago,Houston,Minneapolis', 'America/Denver': 'Denver,Santa Fe', 'America/Phoenix': 'Phoenix', 'America/Los_Angeles': 'Los Angeles,Seattle,Portland', 'Pacific/Honolulu': 'Honolulu' },
    first: 'Olivia,Ava,Harper,Madison,Brooklyn,Zoey,Savannah,Hailey,Mason,Logan,Carter,Wyatt,Dylan,Tyler,Jayden,Brandon,Aaliyah,Marisol,Diego,Mei',
    last: 'Whitaker,Hargrove,Ellison,Pruitt,Castillo,Beckett,Lindqvist,Okafor,Delgado,Sandoval,Kowalczyk,Tran,Halloway,Marlowe,Stratton,Vickers,Langley,Ruddock' },
  { locale: 'en-GB', people: 140, iphones: 5,
    cities: { 'Europe/London': 'London,London,Manchester,Leeds,Bristol,Glasgow,Edinburgh,Cardiff,Belfast' },
    first: 'Freya,Imogen,Poppy,Isla,Niamh,Eilidh,Rhys,Callum,Alfie,Rory,Harriet,Saoirse,Gethin,Zara,Amir,Priya,Tobias,Siân',
    last: "Ashworth,Pemberton,Holloway,Thackray,Birtwistle,Cartwright,Llewellyn,MacAllister,Okonkwo,Braithwaite,Fairclough,Chaudhry,Penhaligon,Sugden,O'Rourke" },
  { locale: 'en-CA', people: 66, iphones: 6,
    cities: { 'America/Toronto': 'Toronto,Toronto,Ottawa,Hamilton', 'America/Halifax': 'Halifax', 'America/St_Johns': "St. John's", 'America/Winnipeg': 'Winnipeg', 'America/Edmonton': 'Calgary', 'America/Vancouver': 'Vancouver,Victoria' },
    first: 'Avery,Brielle,Connor,Ethan,Maya,Quinn,Tessa,Noah,Wren,Jasmeet,Simran,Owen',
    last: 'MacLeod,Fraser,Sinclair,Dhaliwal,Friesen,Kowalchuk,Boudreau,Chow,Nakamura,Redbird,Penner,Hawthorne' },
  { locale: 'en-IN', people: 44, iphones: 1,
    cities: { 'Asia/Kolkata': 'Mumbai,Bengaluru,Pune,Chennai,Kochi' },
    first: 'Aarav,Ananya,Diya,Ishaan,Kavya,Meera,Rohan,Sneha,Vikram,Tanvi',
    last: 'Iyer,Deshmukh,Mukhopadhyay,Pillai,Kulkarni,Mahajan,Menon,Hegde,Saxena,Gokhale' },
  { locale: 'hi-IN', people: 6, iphones: 1,
    cities: { 'Asia/Kolkata': 'जयपुर,लखनऊ' },
    first: 'आरव,अनन्या,काव्या,मीरा,रोहन,स्नेहा', last: 'सक्सेना,महाजन,गोखले,कुलकर्णी' },
  { locale: 'de-DE', people: 44, iphones: 4,
    cities: { 'Europe/Berlin': 'Berlin,Hamburg,München,Köln,Düsseldorf,Leipzig' },
    first: 'Anneke,Jörn,Günther,Sönke,Björn,Käthe,Lennart,Mareike,Heike,Torsten,Svenja,Fynn',
    last: 'Brückner,Schröter,Köhler,Hübner,Kröger,Weiß,Böhme,Lorenz,Petersen,Ziegler,Thiele,Strauß' },
  { locale: 'de-CH', people: 10, iphones: 6,
    cities: { [SWITZERLAND]: 'Zürich,Bern,Luzern' },
    first: 'Beat,Reto,Regula,Andrin,Seraina,Flurina,Ueli,Nadja', last: 'Zürcher,Brunner,Ammann,Gerber,Wyss,Kägi,Tschudi' },
  { locale: 'es-ES', people: 45, iphones: 3,
    cities: { 'Europe/Madrid': 'Madrid,Madrid,Barcelona,Sevilla,Bilbao,A Coruña', 'Atlantic/Canary': 'Las Palmas' },
    first: 'Lucía,Iñigo,Begoña,Álvaro,Rocío,Nerea,Iker,Aitana,Gonzalo,Martín,Ainhoa',
    last: 'Ibáñez,Núñez,Carreño,Gallardo,Solís,Montesinos,Castaño,Aranda,Quirós,Beltrán,Urrutia' },
  { locale: 'it-IT', people: 40, iphones: 3,
    cities: { 'Europe/Rome': 'Roma,Milano,Torino,Napoli,Forlì' },
    first: 'Giulia,Chiara,Lorenzo,Niccolò,Alessia,Ginevra,Tommaso,Elisa,Davide,Federica,Matteo',
    last: "Bianchini,Colombari,Galimberti,Lombardini,Marchetti,Pellegrino,Rinaldi,Santoro,Vitale,D'Amico" },
  { locale: 'pt-PT', people: 20, iphones: 3,
    cities: { 'Europe/Lisbon': 'Lisboa,Lisboa,Porto,Porto,Setúbal', 'Atlantic/Madeira': 'Funchal', 'Atlantic/Azores': 'Ponta Delgada' },
    first: 'Inês,Tiago,Beatriz,Gonçalo,Mafalda,Duarte,Leonor,Afonso',
    last: 'Carvalhal,Magalhães,Pinheiro,Tavares,Brandão,Sequeira,Antunes,Falcão' },
  { locale: 'pt-BR', people: 30, iphones: 2,
    cities: { 'America/Sao_Paulo': 'São Paulo,Rio de Janeiro,Florianópolis', 'America/Bahia': 'Salvador', 'America/Recife': 'Recife', 'America/Manaus': 'Manaus' },
    first: 'Davi,Luísa,Thaís,Caio,Letícia,Vinícius,Bruna,Otávio,Cauã,Yasmin',
    last: 'Figueiredo,Assunção,Nóbrega,Vasconcelos,Teixeira,Cavalcanti,Guimarães,Fagundes,Peixoto' },
  { locale: 'pl-PL', people: 30, iphones: 2,
    cities: { 'Europe/Warsaw': 'Warszawa,Kraków,Łódź,Wrocław,Gdańsk' },
    first: 'Zofia,Łukasz,Michał,Agnieszka,Bożena,Paweł,Małgorzata,Grażyna,Jędrzej,Oliwia,Kacper',
    last: 'Wójcik,Kaczmarek,Dąbek,Żurek,Gołąb,Woźniak,Krawiec,Stępień,Mróz,Szczepaniak' },
  { locale: 'nl-BE', people: 12, iphones: 4,
    cities: { 'Europe/Brussels': 'Gent,Antwerpen,Leuven' },
    first: 'Lotte,Femke,Jef,Bram,Sander,Ruben,Anke,Lies,Noor,Jelle', last: 'Peeters,Janssens,Maes,Willems,Wouters,Claes,De Smet,Goossens,Vermeulen' },
  { locale: 'ja-JP', people: 28, iphones: 7,
    cities: { 'Asia/Tokyo': '東京,大阪,札幌,福岡' },
    first: '陽菜,結衣,さくら,蓮,悠真,大輝,美月,樹,葵,陸', last: '佐々木,高橋,渡辺,小林,山口,松本,井上,木村,清水,森田' },
  { locale: 'ar-EG', people: 15, iphones: 2,
    cities: { 'Africa/Cairo': 'القاهرة,الإسكندرية,الجيزة' },
    first: 'عمر,منى,هبة,مروان,حاتم,نورهان,شيماء,طارق,رنا,كريم', last: 'عطية,عبد الرحمن,الشناوي,حجازي,المصري,البدري,الجوهري,بدوي,الديب,غنيم' },
  { locale: 'ar-MA', people: 8, iphones: 2,
    cities: { 'Africa/Casablanca': 'مراكش,وجدة' },
    first: 'ياسمين,سلمى,إيمان,كريم,نادية,حمزة,زينب,يوسف', last: 'الإدريسي,بناني,التازي,برادة,لحلو,الشرايبي' },
];

const CONSENTS = { 'opted-in': 840, subscribed: 180, 'opted-out': 180 };
const PLANS = { free: 744, plus: 312, pro: 144 };
const DEVICES_A_PERSON = { 1: 980, 2: 162, 3: 40, 0: 18 };
/** Written the same in English and in French, so that both texts can name them. */
const FAVOURITES = 'running,yoga,tennis,football,fitness,surf'.split(',');
const APP_VERSIONS = '5.1.0,5.1.0,5.1.0,5.1.0,5.0.2,5.0.2,4.12.1,4.9.0,3.8.4'.split(',');
const PERMISSIONS = { granted: 17, denied: 2, unknown: 1 };
/** Of a hundred iPhones, how many are reached through FCM: an app built on Firebase alone. */
const IPHONES_VIA_FCM = 4;

/** Tokens to which the sandbox answers in a special way: the digits stand for them in an APNs token. */
const SPECIAL_TOKENS = [
  { name: 'unregistered', digits: '01', fcm: 10, apns: 8 },
  { name: 'wrong-environment', digits: '03', fcm: 1, apns: 2 },
  { name: 'quota-once', digits: '06', fcm: 4, apns: 4 },
  { name: 'refused-once', digits: '0e', fcm: 4, apns: 4 },
  { name: 'expired-token', digits: '10', fcm: 3, apns: 4 },
];
/** The first people of the file keep normal tokens, so that a campaign never begins with a row of failures. */
const PEOPLE_LEFT_NORMAL = 150;

const PERSON_COLUMNS = ['id', 'firstName', 'lastName', 'locale', 'timezone', 'country', 'city', 'plan', 'orders', 'favourite', 'signedUpAt', 'lastOrderAt'];
const DEVICE_COLUMNS = ['token', 'gateway', 'platform', 'environment', 'appVersion', 'permission', 'lastSeenAt'];

const HEX = '0123456789abcdef';
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

let state = SEED;
/** mulberry32: whole numbers only, so every machine draws the same. Uniform in [0, 1). */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];
const letters = (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('');
const instant = (seconds) => new Date(seconds * 1000).toISOString();
const between = (from, to) => from + below(to - from);

function shuffle(list) {
  const shuffled = [...list];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

/** A pack of cards: each name as often as its number says, in random order. */
const deal = (counts) => shuffle(Object.entries(counts).flatMap(([name, count]) => Array(count).fill(name)));

function namedPeople(market) {
  const lastNames = market.last.split(',');
  const pairs = market.first.split(',').flatMap((firstName) => lastNames.map((lastName) => ({ firstName, lastName })));
  const homes = Object.entries(market.cities).flatMap(([timezone, cities]) => cities.split(',').map((city) => ({ timezone, city })));
  return shuffle(pairs).slice(0, market.people).map((names) => ({ ...names, market, home: pick(homes) }));
}

function makeDevice(platform, seenFrom) {
  const viaFcm = platform === 'android' || below(100) < IPHONES_VIA_FCM;
  const seenLately = below(4) > 0;
  return {
    token: viaFcm ? `${letters(URL_SAFE, 22)}:APA91b${letters(URL_SAFE, 100)}` : apnsToken(),
    gateway: viaFcm ? 'fcm' : 'apns',
    platform,
    ...(viaFcm ? {} : { environment: 'production' }),
    appVersion: pick(APP_VERSIONS),
    permission: pick(Object.entries(PERMISSIONS).flatMap(([name, share]) => Array(share).fill(name))),
    lastSeenAt: instant(between(seenLately ? Math.max(seenFrom, TAKEN_AT - 21 * DAY) : seenFrom, TAKEN_AT)),
  };
}

/** 'facade' begins the sandbox's special tokens; a normal one must not. */
function apnsToken() {
  const token = letters(HEX, 64);
  return token.startsWith('facade') ? apnsToken() : token;
}

function makePerson({ firstName, lastName, market, home }, index, packs) {
  const signedUp = between(FIRST_SIGN_UP, LAST_SIGN_UP);
  const orders = below(5) === 0 ? 0 : 1 + Math.min(below(12), below(12), below(24));
  const lastOrder = orders === 0 ? undefined : between(signedUp, TAKEN_AT - DAY);
  const [first, ...others] = Array.from({ length: Number(packs.devices[index]) }, () => (below(10) < market.iphones ? 'ios' : 'android'));
  const devices = [];
  if (first) devices.push(makeDevice(first, lastOrder ?? signedUp));
  for (const platform of others) devices.push(makeDevice(platform, signedUp));
  return {
    id: `p${String(index + 1).padStart(4, '0')}`,
    firstName,
    lastName,
    locale: market.locale,
    timezone: home.timezone,
    country: market.locale.slice(-2),
    city: home.city,
    plan: packs.plans[index],
    orders,
    favourite: pick(FAVOURITES),
    signedUpAt: instant(signedUp),
    ...(lastOrder === undefined ? {} : { lastOrderAt: instant(lastOrder) }),
    consent: { marketing: packs.consents[index] },
    devices,
  };
}

/** Special tokens go to people who would be written to, one device each, so that each of them is seen in a campaign. */
function putSpecialTokens(people) {
  const wanted = shuffle(SPECIAL_TOKENS.flatMap((special) => [
    ...Array(special.fcm).fill({ ...special, gateway: 'fcm' }),
    ...Array(special.apns).fill({ ...special, gateway: 'apns' }),
  ]));
  const candidates = shuffle(people.slice(PEOPLE_LEFT_NORMAL).filter(({ consent }) => consent.marketing !== 'opted-out'));
  for (const { name, digits, gateway } of wanted) {
    const at = candidates.findIndex(({ devices: [device] }) => device?.gateway === gateway && device.permission === 'granted');
    const [person] = candidates.splice(at, 1);
    const [device] = person.devices;
    device.token = gateway === 'fcm' ? `magic-${name}:${letters(URL_SAFE, 24)}` : `facade${digits}${letters(HEX, 56)}`;
    // The sandbox says "expired 30 days ago": the phone must have been silent since before, or it would still count as alive.
    if (name === 'expired-token') device.lastSeenAt = instant(Date.parse(person.signedUpAt) / 1000 + DAY / 2);
  }
}

function makePeople() {
  const named = shuffle(MARKETS.flatMap(namedPeople));
  const packs = { consents: deal(CONSENTS), plans: deal(PLANS), devices: deal(DEVICES_A_PERSON) };
  const people = named.map((person, index) => makePerson(person, index, packs));
  putSpecialTokens(people);
  return people;
}

/** One row a device; a person without a device has one row with empty device columns. */
function toCsv(people) {
  const cell = (value = '') => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const rows = people.flatMap((person) => (person.devices.length ? person.devices : [{}]).map((device) => [
    ...PERSON_COLUMNS.map((column) => person[column]),
    person.consent.marketing,
    ...DEVICE_COLUMNS.map((column) => device[column]),
  ]));
  return [[...PERSON_COLUMNS, 'consent.marketing', ...DEVICE_COLUMNS], ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../examples/data/', import.meta.url));
const people = makePeople();
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'people.csv'), toCsv(people));
writeFileSync(join(folder, 'people.json'), `[\n${people.map((person) => `  ${JSON.stringify(person)}`).join(',\n')}\n]\n`);
