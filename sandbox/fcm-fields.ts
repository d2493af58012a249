/**
 * The fields of FCM HTTP v1 and how Google's front door reads them out of JSON: by their proto name or in camel case, and
 * refused, all mistakes at once, where a name or a type is not theirs. Names: fcm/v1 discovery document, "Message".
 */

type Json = Record<string, unknown>;
type Scalar = 'string' | 'bool' | 'int' | 'number' | 'duration' | 'timestamp';
/** Lists are told by `list`; `map` holds texts, `struct` anything; an array names the words of an enum. */
type Field = Scalar | 'map' | 'struct' | { list: Scalar } | { words: readonly string[]; type: string } | { fields: Fields };
type Fields = Readonly<Record<string, Field>>;

export interface Violation {
  /** Absent where the request as a whole is meant. */
  field?: string;
  description: string;
}

const FCM = 'type.googleapis.com/google.firebase.fcm.v1';
const words = (type: string, list: readonly string[]): Field => ({ type: `${FCM}.${type}`, words: list });

const ANDROID_NOTIFICATION: Fields = {
  title: 'string', body: 'string', icon: 'string', color: 'string', sound: 'string', tag: 'string', click_action: 'string',
  body_loc_key: 'string', body_loc_args: { list: 'string' }, title_loc_key: 'string', title_loc_args: { list: 'string' },
  channel_id: 'string', ticker: 'string', sticky: 'bool', event_time: 'timestamp', local_only: 'bool',
  notification_priority: words('AndroidNotification.NotificationPriority',
    ['PRIORITY_UNSPECIFIED', 'PRIORITY_MIN', 'PRIORITY_LOW', 'PRIORITY_DEFAULT', 'PRIORITY_HIGH', 'PRIORITY_MAX']),
  default_sound: 'bool', default_vibrate_timings: 'bool', default_light_settings: 'bool', vibrate_timings: { list: 'duration' },
  visibility: words('AndroidNotification.Visibility', ['VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET']),
  notification_count: 'int', image: 'string', bypass_proxy_notification: 'bool',
  light_settings: { fields: {
    color: { fields: { red: 'number', green: 'number', blue: 'number', alpha: 'number' } },
    light_on_duration: 'duration', light_off_duration: 'duration',
  } },
  proxy: words('AndroidNotification.Proxy', ['PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED']),
};

const MESSAGE: Fields = {
  name: 'string', token: 'string', topic: 'string', condition: 'string', fid: 'string', data: 'map',
  notification: { fields: { title: 'string', body: 'string', image: 'string' } },
  fcm_options: { fields: { analytics_label: 'string' } },
  android: { fields: {
    collapse_key: 'string', priority: words('AndroidConfig.AndroidMessagePriority', ['NORMAL', 'HIGH']), ttl: 'duration',
    restricted_package_name: 'string', data: 'map', notification: { fields: ANDROID_NOTIFICATION },
    fcm_options: { fields: { analytics_label: 'string' } },
    direct_boot_ok: 'bool', bandwidth_constrained_ok: 'bool', restricted_satellite_ok: 'bool',
  } },
  webpush: { fields: { headers: 'map', data: 'map', notification: 'struct', fcm_options: { fields: { link: 'string', analytics_label: 'string' } } } },
  apns: { fields: { headers: 'map', payload: 'struct', fcm_options: { fields: { analytics_label: 'string', image: 'string' } }, live_activity_token: 'string' } },
};

const REQUEST: Fields = { message: { fields: MESSAGE }, validate_only: 'bool' };

const SCALARS: Record<Scalar, { type: string; fits(value: unknown): boolean }> = {
  string: { type: 'TYPE_STRING', fits: (value) => typeof value === 'string' },
  bool: { type: 'TYPE_BOOL', fits: (value) => typeof value === 'boolean' },
  int: { type: 'TYPE_INT32', fits: (value) => Number.isInteger(typeof value === 'string' && value !== '' ? Number(value) : value) },
  number: { type: 'TYPE_FLOAT', fits: (value) => typeof value === 'number' },
  duration: { type: 'type.googleapis.com/google.protobuf.Duration', fits: (value) => typeof value === 'string' && /^-?\d+(\.\d{1,9})?s$/.test(value) },
  timestamp: { type: 'type.googleapis.com/google.protobuf.Timestamp', fits: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)) },
};

/** @returns the request under its proto names, and everything that keeps it from being one */
export function readRequest(json: unknown): { request: Json; violations: Violation[] } {
  const violations: Violation[] = [];
  if (!isObject(json)) return { request: {}, violations: [{ description: 'Invalid JSON payload received. A message must be an object.' }] };
  return { request: readFields(json, REQUEST, '', violations), violations };
}

function readFields(value: Json, fields: Fields, place: string, violations: Violation[]): Json {
  const read: Json = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = protoName(key);
    const field = Object.hasOwn(fields, name) && (key === name || key === camelName(name)) ? fields[name] : undefined;
    if (field === undefined) {
      const at = place === '' ? '' : ` at '${place}'`;
      violations.push({ ...(place !== '' && { field: place }), description: `Invalid JSON payload received. Unknown name ${JSON.stringify(key)}${at}: Cannot find field.` });
    } else if (inner !== null) read[name] = readValue(inner, field, place === '' ? name : `${place}.${name}`, violations);
  }
  return read;
}

function readValue(value: unknown, field: Field, place: string, violations: Violation[]): unknown {
  const refuse = (type: string, at = place, given = value) => {
    violations.push({ field: at, description: `Invalid value at '${at}' (${type}), ${JSON.stringify(given)}` });
  };
  if (typeof field === 'string') {
    if (field === 'map') readMap(value, refuse, place);
    else if (field === 'struct') isObject(value) || refuse('type.googleapis.com/google.protobuf.Struct');
    else if (!SCALARS[field].fits(value)) refuse(SCALARS[field].type);
  } else if ('fields' in field) {
    if (isObject(value)) return readFields(value, field.fields, place, violations);
    refuse(`${FCM}.Message`);
  } else if ('list' in field) {
    const { type, fits } = SCALARS[field.list];
    if (!Array.isArray(value)) refuse(type);
    else value.forEach((one, index) => fits(one) || refuse(type, `${place}[${index}]`, one));
  } else if (!(typeof value === 'string' && field.words.includes(value))) refuse(field.type);
  return value;
}

/** A map is a list of pairs to Google, and its mistakes are counted so. */
function readMap(value: unknown, refuse: (type: string, at?: string, given?: unknown) => void, place: string): void {
  if (!isObject(value)) return refuse('Map');
  Object.values(value).forEach((one, index) => typeof one === 'string' || refuse('TYPE_STRING', `${place}[${index}].value`, one));
}

function protoName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
