/** What a campaign builder writes, and what one person gets: the shapes of the template step. */
import type { JsonObject } from '../json';
import type { GatewayType } from '../recipient';
import type { MessageKind } from './kinds';

export const PRIORITIES = ['high', 'normal'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Apple's interruption levels; `critical` needs an entitlement from Apple. */
export const INTERRUPTION_LEVELS = ['passive', 'active', 'time-sensitive', 'critical'] as const;
export type InterruptionLevel = (typeof INTERRUPTION_LEVELS)[number];

/** The fields of a template that hold one text each, in the order in which they are written for a person. */
export const TEXT_FIELDS = [
  'title',
  'subtitle',
  'body',
  'image',
  'link',
  'sound',
  'channel',
  'thread',
  'collapseId',
  'category',
  'analyticsLabel',
  'webIcon',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** An action button. Its texts are templates; a button whose title comes out blank is left out. */
export type ButtonTemplate = { id: string; title: string; link?: string };

/** The part of a template that a locale may say in its own words. */
export type TemplateTexts = { [field in TextField]?: string } & {
  data?: Record<string, string>;
  buttons?: ButtonTemplate[];
  /** Texts by name, each a template too, that other texts take in with {{t "name"}}. */
  fragments?: Record<string, string>;
};

export const ACTIVITY_EVENTS = ['start', 'update', 'end'] as const;
export type ActivityEvent = (typeof ACTIVITY_EVENTS)[number];

/**
 * A Live Activity on the lock screen of an iPhone, over APNs alone; `token` is then the activity's push token (to start one:
 * the push-to-start token). Every text in it is a template; one that is a single {{field}} keeps the number or yes/no.
 */
export type LiveActivityTemplate = {
  event: ActivityEvent;
  /** The app's `ContentState`. */
  contentState: JsonObject;
  /** To start one: the name of the app's `ActivityAttributes` and their values. */
  attributesType?: string;
  attributes?: JsonObject;
  /** After so long (seconds from the sending) the app shows it as out of date. */
  staleAfterSeconds?: number;
  /** When it ends: how long (seconds) it stays on the lock screen; 0 takes it away at once. */
  dismissAfterSeconds?: number;
};

/** A message to many people. Every text is a Handlebars template in plain text (nothing is HTML-escaped). */
export type Template = TemplateTexts & {
  /** What it is for: sets priority, time to live and interruption level where the template says nothing, and the rules of sending. */
  kind?: MessageKind;
  /** The number on the app's icon, or a text that comes out as one; with a plus sign ("+1") it is added to the number. */
  badge?: number | string;
  /** How long a gateway may keep the message for a phone that is off, in seconds; 0: now or never. */
  ttlSeconds?: number;
  priority?: Priority;
  interruptionLevel?: InterruptionLevel;
  /** 0 to 1: which of an app's notifications iOS puts first. */
  relevanceScore?: number;
  /** Lets the app's own code change the notification before it is shown (iOS). Set by itself where there is an image. */
  mutableContent?: boolean;
  /** Wakes the app besides showing the message (iOS). */
  contentAvailable?: boolean;
  /** Nothing is shown: the app gets `data` in the background. */
  silent?: boolean;
  /** A call: nothing is shown, the app rings with `data` at once (APNs push type `voip`; FCM data message). */
  voip?: boolean;
  /** Says to browsers as well how long, how urgent and with which buttons (they get title, body, image and link anyway). */
  web?: boolean;
  liveActivity?: LiveActivityTemplate;
  /** Texts by language tag, laid over the common ones. */
  locales?: Record<string, TemplateTexts>;
  /** The language of the common texts, and of everyone whose language is not in `locales`. */
  defaultLocale?: string;
};

export type Button = { id: string; title: string; link?: string };

/** `at`: the moment of writing, in seconds since 1970. */
export type LiveActivity = LiveActivityTemplate & { at: number };

/** What one person reads: the template with every text written out. Fields that came out blank are absent. */
export type Message = { [field in TextField]?: string } & {
  kind?: MessageKind;
  badge?: number;
  /** By how much the badge grows. */
  badgeIncrease?: number;
  ttlSeconds?: number;
  priority?: Priority;
  interruptionLevel?: InterruptionLevel;
  relevanceScore?: number;
  mutableContent?: boolean;
  contentAvailable?: boolean;
  silent?: boolean;
  voip?: boolean;
  web?: boolean;
  liveActivity?: LiveActivity;
  data?: Record<string, string>;
  buttons?: Button[];
  /** The language of the texts that was chosen, where the template says one. */
  locale?: string;
};

/**
 * What happens where a text names a field that a person does not have: `refuse` writes nothing to this person, `empty`
 * leaves the place empty, `fail` stops the whole run, and a fallback stands in.
 */
export type MissingPolicy = 'refuse' | 'empty' | 'fail' | { fallback: string };

export interface TemplateOptions {
  /** `refuse` if not given. */
  missing?: MissingPolicy;
  /** Policy by path (`firstName`, `order.city`, `items[].name`); goes before `missing`. */
  missingByField?: Record<string, MissingPolicy>;
  /** Stand-in by path: short for `missingByField: { path: { fallback } }`, which goes before it. */
  defaults?: Record<string, string>;
  /** A payload over the limit: `refuse` it (if not given), or `shorten` the body. */
  overflow?: 'refuse' | 'shorten';
  /** Bytes of the limit that are kept free for what the send step adds (tracking). */
  reserveBytes?: number;
  /** Whom FCM sends it to: to a topic it takes half as many bytes. `device` if not given. */
  fcmTarget?: FcmTarget;
  /** The present, for `relativeTime`; a Date, or ISO 8601 where options are JSON. */
  now?: Date | string;
  /** Which payloads to make; both if not given. */
  gateways?: readonly GatewayType[];
}

export const FCM_TARGETS = ['device', 'topic'] as const;
export type FcmTarget = (typeof FCM_TARGETS)[number];

export type WarningCode =
  | 'long-title'
  | 'long-body'
  | 'no-body'
  | 'buttons-without-category'
  | 'http-link'
  | 'shortened'
  | 'fallback-used';

/** Something that is sent all the same, but that the builder should know. */
export type TemplateWarning = { code: WarningCode; field: string; message: string };

/** An APNs request without its token: the JSON body and the headers that the message decides. */
export type ApnsMessage = { payload: JsonObject; headers: Record<string, string> };

export interface PersonalizedMessage {
  message: Message;
  /** A `Message` of FCM HTTP v1 without its target. */
  fcm?: JsonObject;
  apns?: ApnsMessage;
  warnings: TemplateWarning[];
  /** Paths of values that were missing and stood in for (in the template or by the options); absent where none were. */
  fallbacks?: string[];
  /** Bytes of each payload as JSON in UTF-8. */
  bytes: { fcm?: number; apns?: number };
}

/** Writes one message for one person, who is seen in one flat view. */
export type CompiledTemplate = (view: object) => PersonalizedMessage;

/** Whether a person sees something of it, other than in a Live Activity. */
export function isShown({ silent, voip }: Pick<Message, 'silent' | 'voip'>): boolean {
  return silent !== true && voip !== true;
}

/** What is to be seen is urgent unless the template says otherwise; what is not seen never is, but for a call. */
export function isUrgent({ priority, silent, voip }: Message): boolean {
  return voip === true || (silent !== true && priority !== 'normal');
}
