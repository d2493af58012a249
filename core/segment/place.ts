/** Places on earth and how far they are from each other. */
import { isJsonObject, type JsonValue } from '../json';

/** Mean radius of the earth in metres (IUGG). */
const EARTH = 6_371_008.8;
const UNITS = { m: 1, km: 1000, mi: 1609.344 } as const;
const DISTANCE = /^(\d{1,9}(?:\.\d{1,6})?)(m|km|mi)$/;
const RADIANS = Math.PI / 180;

/** Names under which people's data holds a place. */
const NAMES: readonly (readonly [latitude: string, longitude: string])[] = [
  ['latitude', 'longitude'], ['lat', 'lng'], ['lat', 'lon'], ['lat', 'long'],
];

/** Metres of `500m`, `25km`, `10mi`. Undefined where it is none. */
export function parseDistance(text: unknown): number | undefined {
  const match = typeof text === 'string' ? DISTANCE.exec(text) : null;
  if (match === null) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/**
 * Latitude and longitude of an object (`latitude`/`longitude`, `lat`/`lng`, `lat`/`lon`, `lat`/`long`, or a GeoJSON
 * point). Undefined for everything else.
 */
export function parsePlace(value: unknown): [latitude: number, longitude: number] | undefined {
  if (!isJsonObject(value)) return undefined;
  const own = (name: string): JsonValue | undefined => (Object.hasOwn(value, name) ? value[name] : undefined);
  const names = NAMES.find(([latitude, longitude]) => own(latitude) !== undefined && own(longitude) !== undefined);
  if (names !== undefined) return onEarth(own(names[0]), own(names[1]));
  const coordinates = own('coordinates');
  return own('type') === 'Point' && Array.isArray(coordinates) ? onEarth(coordinates[1], coordinates[0]) : undefined;
}

function onEarth(latitude: JsonValue | undefined, longitude: JsonValue | undefined): [number, number] | undefined {
  return isLatitude(latitude) && isLongitude(longitude) ? [latitude, longitude] : undefined;
}

export function isLatitude(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 90;
}

export function isLongitude(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 180;
}

/** Metres over the ground of a sphere (haversine); within 0.6 % of the ellipsoid. */
export function distance([fromLat, fromLng]: readonly [number, number], [toLat, toLng]: readonly [number, number]): number {
  const chord = Math.sin(((toLat - fromLat) * RADIANS) / 2) ** 2
    + Math.cos(fromLat * RADIANS) * Math.cos(toLat * RADIANS) * Math.sin(((toLng - fromLng) * RADIANS) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord)));
}
