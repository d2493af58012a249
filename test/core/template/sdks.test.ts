/**
 * The payloads against the vendors' and the community's own SDKs: the same message, said in the SDK's types and put into
 * wire form by the SDK's code, is what this package writes.
 */
import { join } from 'node:path';
import { Notification as NodeApnNotification, type NotificationAlertOptions } from '@parse/node-apn';
import { Notification as Apns2Notification } from 'apns2';
import type { AndroidConfig, ApnsConfig, Aps, Message as SdkMessage, WebpushConfig } from 'firebase-admin/messaging';
import { compileTemplate, type LiveActivity, type Message, type Template, type TemplateOptions } from '../../../core/template';
import vectors from '../../vectors/template.json';

// The SDK's own step from its options to what goes over the wire; it is not among its exports.
const { validateMessage } = require(join(__dirname, '../../../node_modules/firebase-admin/lib/messaging/messaging-internal.js')) as {
  validateMessage(message: SdkMessage): void;
};

interface Vector { name: string; template: Template; options?: TemplateOptions; view: object; expect: { fcm?: object; apns?: object } }
const cases = (vectors as unknown as Vector[]).filter(({ expect: wanted }) => wanted.fcm !== undefined || wanted.apns !== undefined);
const write = ({ template, options, view }: Vector) => compileTemplate(template, options)(view);
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const without = <T extends object>(fields: T): Partial<T> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

function sdkAps(message: Message, withAlert: boolean): Aps {
  const { title, subtitle, body, sound, badge, category, thread, image, badgeIncrease, interruptionLevel, relevanceScore, silent, voip } = message;
  const shown = silent !== true && voip !== true;
  return without({
    alert: withAlert && shown ? without({ title, subtitle, body }) : undefined,
    badge, category,
    sound: interruptionLevel === 'critical' ? { critical: true, name: sound ?? 'default', volume: 1 } : sound,
    threadId: thread,
    mutableContent: (message.mutableContent ?? (image !== undefined || badgeIncrease !== undefined)) || undefined,
    contentAvailable: message.contentAvailable === true || silent === true || undefined,
    'interruption-level': interruptionLevel, 'relevance-score': relevanceScore,
  }) as Aps;
}

/** The message in firebase-admin's types. */
function sdkMessage(message: Message): SdkMessage {
  const { title, body, image, data, link, category, buttons, badge, badgeIncrease, collapseId, ttlSeconds, priority, silent, voip, web } = message;
  const shown = silent !== true && voip !== true;
  const urgent = voip === true || (shown && priority !== 'normal');
  const texts = without({ ...data, link, category, buttons: buttons && JSON.stringify(buttons), badgeIncrease: badgeIncrease?.toString() }) as Record<string, string>;
  const androidNotification = without({ channelId: message.channel, sound: message.sound, tag: collapseId, notificationCount: badge ?? badgeIncrease });
  const android: AndroidConfig = {
    priority: urgent ? 'high' : 'normal',
    ...without({ collapseKey: collapseId, ttl: ttlSeconds === undefined ? undefined : ttlSeconds * 1000 }) as AndroidConfig,
    ...(shown && Object.keys(androidNotification).length > 0 && { notification: androidNotification }),
  };
  const aps = sdkAps(message, message.subtitle !== undefined);
  const apns: ApnsConfig = {
    ...((collapseId !== undefined || priority !== undefined || silent === true) && {
      headers: without({ 'apns-push-type': silent === true ? 'background' : 'alert', 'apns-priority': urgent ? '10' : '5', 'apns-collapse-id': collapseId }) as Record<string, string>,
    }),
    ...(Object.keys(aps).length > 0 && { payload: { aps } }),
  };
  const webpush: WebpushConfig = {
    ...(web === true && {
      headers: without({ TTL: ttlSeconds?.toString(), Urgency: priority, Topic: collapseId }) as Record<string, string>,
      notification: without({ icon: message.webIcon, tag: collapseId, actions: buttons?.map(({ id, title: text }) => ({ action: id, title: text })) }),
    }),
    ...(link?.startsWith('https:') === true && { fcmOptions: { link } }),
  };
  return {
    token: 'device',
    ...(shown && { notification: without({ title, body, imageUrl: image }) }),
    ...(Object.keys(texts).length > 0 && { data: texts }),
    android,
    ...(voip !== true && Object.keys(apns).length > 0 && { apns }),
    ...(Object.keys(webpush).length > 0 && { webpush }),
    ...(message.analyticsLabel !== undefined && { fcmOptions: { analyticsLabel: message.analyticsLabel } }),
  };
}

/** The SDK writes names with underscores and the enum in small letters; Google reads either, and documents the other. */
function restForm(android: object): object {
  const names = JSON.stringify(android).replaceAll(/"(\w+)":/g, (_, name: string) => `"${name.replaceAll(/_(\w)/g, (__, letter: string) => letter.toUpperCase())}":`);
  const { priority, ...rest } = JSON.parse(names) as { priority: string };
  return { ...rest, priority: priority.toUpperCase() };
}

describe.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
  const { message, fcm, apns } = write(vector);

  if (fcm !== undefined) {
    it('is what firebase-admin puts on the wire', () => {
      const said = sdkMessage(message);
      validateMessage(said);
      const sent = wire(said) as { token?: string; android: object };
      delete sent.token;
      expect(fcm).toEqual({ ...sent, android: restForm(sent.android) });
    });
  }

  if (message.liveActivity !== undefined) {
    it('is what node-apn sends for a Live Activity', () => {
      const { at, event, contentState, attributesType, attributes, staleAfterSeconds, dismissAfterSeconds } = message.liveActivity as LiveActivity;
      const { title, subtitle, body, sound, relevanceScore } = message;
      const alert = without({ title, subtitle, body });
      const theirs = new NodeApnNotification();
      Object.assign(theirs, without({
        timestamp: at, event, contentState, attributesType, attributes, relevanceScore,
        staleDate: staleAfterSeconds === undefined ? undefined : at + staleAfterSeconds,
        dismissalDate: dismissAfterSeconds === undefined ? undefined : at + dismissAfterSeconds,
      }));
      if (Object.keys(alert).length > 0) theirs.alert = { ...alert, ...(sound !== undefined && { sound }) } as NotificationAlertOptions;
      expect(JSON.parse((theirs as unknown as { compile(): string }).compile())).toEqual(apns?.payload);
      expect(apns?.headers).toMatchObject({ 'apns-push-type': 'liveactivity' });
    });
  } else {
    it('is what apns2 and node-apn send', () => {
      const { aps, ...rest } = apns?.payload as { aps: Record<string, unknown> };
      const { alert, sound, badge, category, 'thread-id': threadId, 'content-available': contentAvailable, 'mutable-content': mutableContent, ...more } = aps;
      const options = without({
        alert, sound, badge, category, threadId, contentAvailable: contentAvailable === 1 || undefined, mutableContent: mutableContent === 1 || undefined,
      });
      expect(wire(new Apns2Notification('token', { ...options, aps: more, data: rest } as never).buildApnsOptions())).toEqual(apns?.payload);
      const theirs = new NodeApnNotification();
      Object.assign(theirs, without({ sound, badge, category, threadId, contentAvailable, mutableContent, interruptionLevel: more['interruption-level'], relevanceScore: more['relevance-score'] }));
      theirs.payload = rest;
      if (alert !== undefined) theirs.alert = alert as NotificationAlertOptions;
      // It leaves an empty part out, which Apple does not.
      expect({ aps: {}, ...JSON.parse((theirs as unknown as { compile(): string }).compile()) as object }).toEqual(apns?.payload);
    });
  }
});
